"""A snapshot as it is printed: every string final, in the document's language. Pure.

The template places what stands here and computes nothing; amounts are those of the snapshot, never summed anew,
the running sub-total excepted, which no one else has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from services.render_service.colours import Palette, palette
from services.render_service.columns import Cell, Cells, Column, aligned, columns_of, widest
from services.render_service.figures import Figures
from services.render_service.labels import Labels
from services.render_service.parties import PartyBlock, issuer_lines, party_block
from shared.contracts.values import DocumentLine, DocumentSnapshot, DocumentTax

_DENSE = 55  # so many characters of figures in a row, and the description would have no room left
_LINE = 40  # characters of a description in a line, or so
_MANY_LINES = 12  # kept together they could leave a third of a page empty
_LOCALES = {"fr": "fr-CA", "en": "en-CA"}


@dataclass(frozen=True, slots=True)
class Field:
    """A label and what stands beside it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells, and the running sub-total that a page break after it prints.

    `long`: it has so much text that it may begin on one page and end on the next.
    """

    cells: tuple[Cell, ...]
    long: bool
    carried: str
    brought: str


@dataclass(frozen=True, slots=True)
class Form:
    """Everything on the paper, in reading order."""

    locale: str
    palette: Palette
    title: str
    notice: str | None
    number: Field
    running_title: str
    running_head: str
    page: str
    created: str
    author: str
    issuer: tuple[str, ...]
    has_logo: bool
    parties: tuple[PartyBlock, ...]
    fields: tuple[Field, ...]
    credit: tuple[Field, ...]
    columns: tuple[Column, ...]
    widest: Mapping[str, int]
    dense: bool
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
    credit = snapshot.kind == "credit_note"
    columns = columns_of(snapshot.presentation, labels, figures, credit=credit)
    write = Cells(columns, labels, figures).of
    cells = aligned([write(line) for line in snapshot.lines], figures.point)
    characters = widest(columns, cells)
    footer = snapshot.presentation.footer
    return Form(
        locale=_LOCALES[snapshot.language],
        palette=palette(snapshot.presentation.accent_colour),
        title=title,
        notice=_notice(snapshot, labels),
        number=Field(labels["number"], snapshot.number),
        running_title=f"{title} {snapshot.number}",
        running_head=" — ".join(
            (f"{title} {snapshot.number}", figures.date(snapshot.date), snapshot.sold_to.name)
        ),
        page=labels["page"],
        created=figures.date(snapshot.date),
        author=snapshot.issuer.name,
        issuer=issuer_lines(snapshot.issuer, figures),
        has_logo=snapshot.issuer.logo is not None,
        parties=_parties(snapshot, labels, figures),
        fields=_fields(snapshot, labels, figures),
        credit=_credit(snapshot, labels, figures),
        columns=columns,
        widest=characters,
        dense=sum(characters[column.key] for column in columns if column.numeric) > _DENSE,
        rows=_rows(snapshot.lines, cells, labels, figures),
        registrations=_registrations(snapshot, labels),
        message=snapshot.message or None,
        subtotal=Field(labels["subtotal"], figures.amount(snapshot.subtotal)),
        taxes=tuple(_tax(tax, snapshot, labels, figures) for tax in snapshot.taxes),
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
    blocks: list[PartyBlock] = []
    parties = (("sold_to", snapshot.sold_to), ("bill_to", snapshot.bill_to), ("ship_to", snapshot.ship_to))
    for key, party in parties:
        if party is not None:
            block = party_block(key, party, labels, figures)
            repeated = any(block.code == earlier.code for earlier in blocks)
            blocks.append(replace(block, code="") if repeated else block)
    return tuple(blocks)


def _fields(snapshot: DocumentSnapshot, labels: Labels, figures: Figures) -> tuple[Field, ...]:
    """Dates and terms; no terms on a credit note, which nobody pays."""
    language = snapshot.language
    term = snapshot.payment_term if snapshot.kind == "invoice" else None
    texts = {
        "date": figures.date(snapshot.date),
        "payment_term": term.text(language) if term else "",
        "due_date": figures.date(snapshot.due_date) if snapshot.due_date else "",
        "payment_method": snapshot.payment_method.text(language) if snapshot.payment_method else "",
        "sales_rep": snapshot.sales_rep or "",
        "exchange_rate": _exchange_rate(snapshot, figures),
    }
    return tuple(Field(labels[key], text) for key, text in texts.items() if text)


def _exchange_rate(snapshot: DocumentSnapshot, figures: Figures) -> str:
    if snapshot.exchange_rate is None or snapshot.company_currency is None:
        return ""
    return (
        f"1 {snapshot.currency} = {figures.exchange_rate(snapshot.exchange_rate)} {snapshot.company_currency}"
    )


def _tax(tax: DocumentTax, snapshot: DocumentSnapshot, labels: Labels, figures: Figures) -> Field:
    """A tax by its own name and rate; with the sum that it is charged on, when some lines are not taxed."""
    label = f"{tax.name.text(snapshot.language)} ({figures.rate(tax.rate)})"
    if tax.base != snapshot.subtotal:
        label += f" {labels['tax_base']} {figures.money(tax.base)}"
    return Field(label, figures.amount(tax.amount))


def _credit(snapshot: DocumentSnapshot, labels: Labels, figures: Figures) -> tuple[Field, ...]:
    credited = snapshot.credited_invoice
    if credited is None:
        return ()
    return (
        Field(labels["credited_invoice"], credited.number),
        Field(labels["credited_date"], figures.date(credited.date)),
        Field(labels["credit_reason"], credited.reason),
    )


def _rows(
    lines: Iterable[DocumentLine], cells: Iterable[tuple[Cell, ...]], labels: Labels, figures: Figures
) -> tuple[Row, ...]:
    running = Decimal(0)
    rows = []
    for line, written in zip(lines, cells, strict=True):
        running += line.total or 0
        sum_so_far = figures.amount(running)
        rows.append(
            Row(
                written,
                long=_long(line.description),
                carried=f"{labels['carried_forward']}  {sum_so_far}",
                brought=f"{labels['brought_forward']}  {sum_so_far}",
            )
        )
    return tuple(rows)


def _long(text: str) -> bool:
    return sum(1 + len(part) // _LINE for part in text.splitlines()) > _MANY_LINES


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
