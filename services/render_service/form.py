"""A snapshot as it is printed: every string final, in the document's language. Pure.

The template places what stands here and computes nothing; amounts are those of the snapshot, never summed anew,
the running sub-total excepted, which no one else has.
"""

from dataclasses import dataclass
from decimal import Decimal

from services.render_service.colours import Palette, palette
from services.render_service.columns import Cell, Cells, Column, columns_of
from services.render_service.figures import Figures
from services.render_service.labels import Labels
from services.render_service.parties import PartyBlock, issuer_lines, party_block
from shared.contracts.values import DocumentLine, DocumentSnapshot

_LOCALES = {"fr": "fr-CA", "en": "en-CA"}


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what stands beside it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells, and the running sub-total that a page break after it prints."""

    cells: tuple[Cell, ...]
    carried: str
    brought: str


@dataclass(frozen=True, slots=True)
class Form:
    """Everything on the paper, in reading order."""

    locale: str
    palette: Palette
    title: str
    notice: str | None
    number: str
    running_title: str
    page: str
    created: str
    author: str
    issuer: tuple[str, ...]
    has_logo: bool
    parties: tuple[PartyBlock, ...]
    fields: tuple[Field, ...]
    credit: tuple[Field, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    registrations: tuple[Field, ...]
    message: str | None
    subtotal: Field
    taxes: tuple[Field, ...]
    grand_total: Field
    footer: str | None


def form_of(snapshot: DocumentSnapshot) -> Form:
    """The printable view of a snapshot.

    Raises:
        Unprintable: its accent colour or one of its columns means nothing here.
    """
    labels = Labels(snapshot.language, snapshot.presentation.labels)
    figures = Figures(snapshot.language, snapshot.currency)
    title = labels[_title_key(snapshot)]
    columns = columns_of(snapshot.presentation, labels, figures)
    footer = snapshot.presentation.footer
    return Form(
        locale=_LOCALES[snapshot.language],
        palette=palette(snapshot.presentation.accent_colour),
        title=title,
        notice=_notice(snapshot, labels),
        number=snapshot.number,
        running_title=f"{title} {snapshot.number}",
        page=labels["page"],
        created=figures.date(snapshot.date),
        author=snapshot.issuer.name,
        issuer=issuer_lines(snapshot.issuer, figures),
        has_logo=snapshot.issuer.logo is not None,
        parties=_parties(snapshot, labels, figures),
        fields=_fields(snapshot, labels, figures),
        credit=_credit(snapshot, labels, figures),
        columns=columns,
        rows=_rows(snapshot.lines, Cells(columns, labels, figures), labels, figures),
        registrations=_registrations(snapshot, labels),
        message=snapshot.message or None,
        subtotal=Field(labels["subtotal"], figures.money(snapshot.subtotal)),
        taxes=tuple(
            Field(f"{tax.name.text(snapshot.language)} ({figures.rate(tax.rate)})", figures.money(tax.amount))
            for tax in snapshot.taxes
        ),
        grand_total=Field(f"{snapshot.currency} {labels['grand_total']}", figures.money(snapshot.total)),
        footer=(footer.text(snapshot.language) if footer else "") or None,
    )


def _title_key(snapshot: DocumentSnapshot) -> str:
    if snapshot.stage == "final":
        return snapshot.kind
    return "proforma" if snapshot.kind == "invoice" else "proforma_credit_note"


def _notice(snapshot: DocumentSnapshot, labels: Labels) -> str | None:
    if snapshot.stage == "final":
        return None
    return labels["not_an_invoice" if snapshot.kind == "invoice" else "not_a_credit_note"]


def _parties(snapshot: DocumentSnapshot, labels: Labels, figures: Figures) -> tuple[PartyBlock, ...]:
    parties = (("sold_to", snapshot.sold_to), ("bill_to", snapshot.bill_to), ("ship_to", snapshot.ship_to))
    return tuple(party_block(key, party, labels, figures) for key, party in parties if party is not None)


def _fields(snapshot: DocumentSnapshot, labels: Labels, figures: Figures) -> tuple[Field, ...]:
    language = snapshot.language
    texts = {
        "number": snapshot.number,
        "date": figures.date(snapshot.date),
        "payment_term": snapshot.payment_term.text(language) if snapshot.payment_term else "",
        "due_date": figures.date(snapshot.due_date) if snapshot.due_date else "",
        "payment_method": snapshot.payment_method.text(language) if snapshot.payment_method else "",
        "sales_rep": snapshot.sales_rep or "",
    }
    return tuple(Field(labels[key], text) for key, text in texts.items() if text)


def _credit(snapshot: DocumentSnapshot, labels: Labels, figures: Figures) -> tuple[Field, ...]:
    credited = snapshot.credited_invoice
    if credited is None:
        return ()
    return (
        Field(labels["credited_invoice"], credited.number),
        Field(labels["credited_date"], figures.date(credited.date)),
        Field(labels["credit_reason"], credited.reason),
    )


def _rows(lines: tuple[DocumentLine, ...], cells: Cells, labels: Labels, figures: Figures) -> tuple[Row, ...]:
    running = Decimal(0)
    rows = []
    for line in lines:
        running += line.total or 0
        sum_so_far = figures.amount(running)
        rows.append(
            Row(
                cells.of(line),
                carried=f"{labels['carried_forward']}  {sum_so_far}",
                brought=f"{labels['brought_forward']}  {sum_so_far}",
            )
        )
    return tuple(rows)


def _registrations(snapshot: DocumentSnapshot, labels: Labels) -> tuple[Field, ...]:
    """The issuer's two numbers, then those of taxes that have one of their own (a provincial sales tax)."""
    issuer = snapshot.issuer
    numbers = {
        number: label
        for number, label in (
            (issuer.gst_number, labels["gst_number"]),
            (issuer.qst_number, labels["qst_number"]),
        )
        if number
    }
    for tax in snapshot.taxes:
        if tax.registration_number:
            numbers.setdefault(tax.registration_number, tax.name.text(snapshot.language))
    return tuple(Field(label, number) for number, label in numbers.items())
