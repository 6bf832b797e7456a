"""The journal in words: every action and every field that the code can write has some, in both languages."""

import ast
import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from services.invoice_service.application import journal_words
from services.invoice_service.application.journal import field_label, sentences
from services.invoice_service.application.trail import invoice_changes
from services.invoice_service.domain.axes import AxisState
from services.invoice_service.domain.changes import Change, changes_between
from services.invoice_service.domain.invoice import Invoice, Status
from services.invoice_service.domain.line import Line
from services.invoice_service.domain.texts import Localized
from tests.unit.invoice_service.domain.making import TODAY, final, invoice, line

SERVICE = Path(__file__).parents[4] / "services/invoice_service"
# What stands for the parts of a name that are computed.
ENDINGS = {"email": ("sent", "partly", "refused", "uncertain"), "transfer": ("failed", "uncertain")}


def written(before: Invoice | None, after: Invoice | None) -> list[dict[str, Any]]:
    return [change.as_dict() for change in invoice_changes(before, after)]


def told(action: str, changes: list[Any], language: str = "fr") -> tuple[str, list[str]]:
    plain = [change.as_dict() if isinstance(change, Change) else change for change in changes]
    words = sentences({"action": action, "changes": plain}, language, currency="CAD")  # type: ignore[arg-type] # parametrized
    return words.done, [sentence.replace("\xa0", " ") for sentence in words.changed]


def test_an_edited_line_says_what_it_was_and_is() -> None:
    before = invoice(line("15.81", "1000"))
    after = invoice(dataclasses.replace(before.lines[0], quantity=Decimal(900), total=Decimal("14229.00")))
    after = dataclasses.replace(after, id=before.id)

    done, changed = told("line.edited", written(before, after))

    assert done == "Ligne 1 modifiée"
    assert "Qté facturée : 1 000 → 900" in changed
    assert "Total de la ligne : 15 810,00 $ → 14 229,00 $" in changed
    assert "Taxe TPS : 790,50 $ → 711,45 $" in changed
    _, changed = told("line.edited", written(before, after), "en")
    assert "Billed quantity: 1,000 → 900" in changed
    assert "Line total: $15,810.00 → $14,229.00" in changed


def test_what_comes_and_goes_is_told_once_and_not_that_the_others_moved() -> None:
    first, second, third = (line(f"{n}.00", description=f"Travail {n}") for n in (1, 2, 3))
    two = invoice(first, third)
    three = dataclasses.replace(invoice(first, second, third), id=two.id)

    assert told("line.added", written(two, three)) == (
        "Ligne 2 ajoutée : Travail 2",
        [
            "Sous-total : 4,00 $ → 6,00 $",
            "Total : 4,60 $ → 6,90 $",
            "Taxe TPS : 0,20 $ → 0,30 $",
            "Taxe TVQ : 0,40 $ → 0,60 $",
            "Prix unitaire : 2",
            "Total de la ligne : 2,00 $",
        ],
    )
    for action, done in (("duplicated", "Ligne 2 dupliquée"), ("restored", "Ligne 2 remise")):
        words, changed = told(f"line.{action}", written(two, three))
        assert (words, len(changed)) == (f"{done} : Travail 2", 6)
    done, changed = told("line.removed", written(three, two))
    assert (done, len(changed)) == ("Ligne 2 retirée : Travail 2", 4)
    assert told("lines.ordered", written(invoice(first, second), invoice(second, first))) == (
        "Lignes remises en ordre",
        [],
    )


def test_values_are_told_as_people_read_them() -> None:
    changes = [
        *changes_between(
            {"date": TODAY, "message": None, "hold": "x", "language": "fr", "manual": ["date"]},
            {"date": dt.date(2025, 8, 1), "message": "Merci", "hold": None, "language": "en", "manual": None},
        ),
        Change("billing_contact.email", "•••", "•••"),
        Change("ship_to.address", {"line1": "1, rue A", "line2": None, "city": "Québec"}, None),
        Change("lines[1].release_quantity", True, False),  # noqa: FBT003 - a value
        Change("note", None, "x" * 400),
    ]

    assert told("invoice.edited", changes)[1] == [
        "Date : 18 juillet 2025 → 1er août 2025",
        "Message : Merci",
        "En attente : x → vide",
        "Langue : français → anglais",
        "Valeurs saisies à la main : Date → vide",
        "Courriel du contact : modifié",
        "Expédié à, adresse : 1, rue A, Québec → vide",
        "Ligne 2, Quantité de nouveau à facturer : oui → non",
        f"Note interne : {'x' * 300}…",
    ]


def test_an_invoice_is_made_and_goes_in_one_sentence() -> None:
    one = invoice(line("10.00"))

    assert told("invoice.created", written(None, one)) == (
        "Créée sous le numéro PF-0001",
        ["Client : C-1", "Date : 18 juillet 2025", "Total : 11,50 $"],
    )
    done, _ = told("invoice.finalized", written(one, final(one)))
    assert done == "Finalisée sous le numéro 00001"
    assert told("invoice.deleted", written(one, None), "en")[0] == "Deleted"


@pytest.mark.parametrize(
    ("action", "changes", "fr", "en"),
    [
        (
            "email.sent",
            [Change("to", None, "julie@client.example"), Change("email", "sending", "sent")],
            "Courriel envoyé à julie@client.example",
            "E-mail sent to julie@client.example",
        ),
        (
            "transfer.marked",
            [Change("transfer", "failed", "succeeded"), Change("transfer.reason", None, "Saisie à la main")],
            "Transfert fermé à la main : Saisie à la main",
            "Transfer closed by hand: Saisie à la main",
        ),
        (
            "invoice.transferred",
            [Change("transfer.external_id", None, "books/2026/00001")],
            "Transférée à la comptabilité : books/2026/00001",
            "Transferred to accounting: books/2026/00001",
        ),
        ("line.removed", [], "Ligne — retirée : —", "Line — removed: —"),
        ("invoice.painted", [], "invoice.painted", "invoice.painted"),
    ],
)
def test_what_was_done_names_what_it_was_done_to(
    action: str, changes: list[Change], fr: str, en: str
) -> None:
    assert told(action, changes) == (fr, [])
    assert told(action, changes, "en") == (en, [])


def test_every_action_that_is_written_has_words_and_no_other() -> None:
    assert set(actions()) == set(journal_words.ACTIONS)


def actions() -> Iterator[str]:
    """Every action in the code: what `entry` is called with, or what is passed on to where it is."""
    for path in (SERVICE / "application").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="entry"), args=[_, action, *_]):
                    yield from named(action)
                case ast.keyword(arg="action", value=action):
                    yield from named(action)


def named(action: ast.expr) -> Iterator[str]:
    match action:
        case ast.Constant(value=str(name)):
            yield name
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), ast.FormattedValue()]):
            yield from (f"{beginning}{ending}" for ending in ENDINGS[beginning.rstrip(".")])


def test_every_field_that_is_written_has_words_and_no_other() -> None:
    fields = set(of_invoices()) | set(of_results())

    assert [field for field in fields if field_label(field, "fr") is None] == []
    on_lines = {field.partition(".")[2] for field in fields if field.startswith("lines[")}
    whole = {field for field in fields if not field.startswith(("lines[", "taxes."))} | {"taxes"}
    assert on_lines == set(journal_words.LINE_FIELDS)
    assert whole == set(journal_words.FIELDS)


def of_invoices() -> Iterator[str]:
    """Every field of the trail of an invoice, whatever it holds: all of them differ."""
    one = invoice(line("10.00"))
    for change in invoice_changes(None, whole(one)):
        yield change.field
    assert one.ship_to is not None
    for change in invoice_changes(one, dataclasses.replace(one, **parties_changed(one))):
        yield change.field


def whole(one: Invoice) -> Invoice:
    """The invoice with something in every field that the trail tells."""
    filled: dict[str, Any] = {
        "job": "D-1", "extra_charge": "x1", "product": "P-1", "gl_account": "4444", "po_number": "PO",
        "ordered_quantity": Decimal(1), "total_price": Decimal(1), "tax_code": "QC", "manual": ("quantity",),
        "release_quantity": True, "credited_line": one.id,
    }  # fmt: skip
    lines: tuple[Line, ...] = (dataclasses.replace(one.lines[0], **filled),)
    return dataclasses.replace(
        final(one), lines=lines, due_date=TODAY, ship_to_address="home", exchange_rate=Decimal(1), message="m",
        note="n", hold="h", credit_reason="c", manual=("date",), receivable_account="1200",
    )  # fmt: skip


def parties_changed(one: Invoice) -> dict[str, Any]:
    """Other parties of the same codes."""
    assert one.billing_contact is not None
    other = dataclasses.replace(one.sold_to, name="Autre", address=None)
    contact = dataclasses.replace(one.billing_contact, name="A", salutation="B", email="c@d.example")
    return {
        "sold_to": other,
        "bill_to": dataclasses.replace(other, name="Autre encore"),
        "ship_to": None,
        "billing_contact": contact,
    }


def of_results() -> Iterator[str]:
    """The fields that are written by name: of results, e-mails, transfers."""
    for path in (SERVICE / "application").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"\bentry\(", text):
            yield from re.findall(r"\bChange\(\"([a-z_.]+)\"", text)


def test_every_value_of_a_choice_has_words() -> None:
    assert set(journal_words.STATUSES) == {status.value for status in Status}
    assert set(get_args(AxisState)) <= set(journal_words.STATES)


def test_the_words_of_both_languages_name_the_same() -> None:
    tables = [table for table in vars(journal_words).values() if isinstance(table, dict)]
    words = [word for table in tables for word in table.values() if isinstance(word, Localized)]

    assert len(words) > 80
    for word in words:
        assert sorted(re.findall(r"{\w+}", word.fr)) == sorted(re.findall(r"{\w+}", word.en)), word
