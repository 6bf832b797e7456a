"""Words and addresses of an e-mail, and what a worker's answer makes of its recipients."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from services.invoice_service.application import wording
from services.invoice_service.application.auto_draft import quantity_to_draft
from services.invoice_service.application.compose_email import Address, recipients, template_kind, variables
from services.invoice_service.application.mail_summary import document_summary, reach_of
from services.invoice_service.application.ports.invoicing import StoredRecipient
from services.invoice_service.application.record_delivery import _with
from services.invoice_service.application.write_email import EmailToSend, _recipients
from services.invoice_service.domain.email_variables import KNOWN
from services.invoice_service.domain.invoice import Invoice, LinkedInvoice, Status
from services.invoice_service.domain.line import JOB
from services.invoice_service.domain.parties import Contact
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.snapshot import PrintMaterial
from services.invoice_service.domain.texts import Localized
from shared.contracts.results import RecipientResult
from tests.unit.invoice_service.domain.making import (
    CUSTOMER,
    JULIE,
    TODAY,
    drafting,
    final,
    invoice,
    job,
    line,
    new_id,
)


def plain(text: str) -> str:
    """Without the spaces that do not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "fr", "en"),
    [
        ("18180.59", "CAD", "18 180,59 $", "$18,180.59"),
        ("-11.50", "CAD", "-11,50 $", "-$11.50"),
        ("0.00", "USD", "0,00 $ US", "US$0.00"),
    ],
)
def test_amounts(amount: str, currency: str, fr: str, en: str) -> None:
    assert plain(wording.money(Decimal(amount), currency, "fr")) == fr
    assert plain(wording.money(Decimal(amount), currency, "en")) == en


def test_dates() -> None:
    assert wording.day(TODAY, "fr") == "18 juillet 2025"
    assert wording.day(TODAY, "en") == "July 18, 2025"
    assert wording.day(None, "fr") == ""


def test_every_name_that_a_template_may_use_has_a_value() -> None:
    one = invoice(
        line("1.00", kind=JOB, job="D-1", po_number="PO-1"),
        line("1.00", kind=JOB, job="D-2", po_number="PO-1"),
        line("1.00", po_number="PO-2"),
    )
    link = LinkedInvoice(new_id(), "00007", TODAY, Status.FINAL_SENT)

    values = variables(one, "Imprimerie", link)

    assert set(values) == KNOWN
    assert (values["NoDossiers"], values["NoCommandes"]) == ("D-1, D-2", "PO-1, PO-2")
    assert (values["Salutations"], values["NoFactureCreditee"]) == ("Bonjour Madame Julie Tremblay", "00007")
    assert values["DateEcheance"] == "17 août 2025"
    english = dataclasses.replace(one, language="en", billing_contact=None)
    assert variables(english, "Shop", None)["Salutations"] == "Hello"


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (invoice(), "proforma"),
        (final(invoice()), "final"),
        (dataclasses.replace(invoice(), kind="credit_note"), "credit_note"),
        (final(dataclasses.replace(invoice(), kind="credit_note")), "credit_note"),
    ],
)
def test_which_template_speaks(one: Invoice, kind: str) -> None:
    assert template_kind(one) == kind


def test_whom_it_is_proposed_to() -> None:
    paul = dataclasses.replace(
        JULIE,
        id="p",
        first_name="Paul",
        email="paul@client.example",
        billing_responsible=False,
        billing_email=True,
    )
    twin = dataclasses.replace(paul, id="t", email="JULIE@client.example")
    mute = dataclasses.replace(paul, id="m", email=None)
    made_from = drafting(payer=dataclasses.replace(CUSTOMER, contacts=(JULIE, paul, twin, mute)))
    one = invoice(of=made_from)

    assert recipients(made_from, one) == (
        Address("julie@client.example", "Julie Tremblay"),
        Address("paul@client.example", "Paul Tremblay"),
    )
    assert recipients(drafting(), one) == (Address("julie@client.example", "Julie Tremblay"),)
    assert recipients(drafting(), dataclasses.replace(one, billing_contact=None)) == ()


def test_it_is_proposed_to_the_address_of_today_and_to_nobody_who_is_gone() -> None:
    moved = dataclasses.replace(JULIE, email="julie@new.example")
    left = dataclasses.replace(JULIE, active=False)
    paul = dataclasses.replace(JULIE, id="p", first_name="Paul", email="paul@client.example")
    one = final(invoice())

    def proposed(*contacts: Contact) -> list[str]:
        made_from = drafting(payer=dataclasses.replace(CUSTOMER, contacts=contacts))
        return [address.email for address in recipients(made_from, one)]

    assert proposed(moved) == ["julie@new.example"]
    assert proposed(left, paul) == ["paul@client.example"]
    assert proposed(paul) == ["paul@client.example"]
    assert proposed() == []


def test_each_address_has_one_role() -> None:
    julie, boss, me = Address("julie@x.example", "Julie"), Address("boss@x.example"), Address("me@x.example")

    found = _recipients(
        EmailToSend(to=[julie], cc=[boss, Address("JULIE@x.example")], bcc=[me, boss], subject="", body="")
    )

    assert [(one.role, one.email) for one in found] == [
        ("to", "julie@x.example"),
        ("cc", "boss@x.example"),
        ("bcc", "me@x.example"),
    ]


def told(email: str, state: str = "sent", revision: int | None = None) -> RecipientResult:
    return RecipientResult.model_validate(
        {"email": email, "role": "to", "state": state, "reply": "250", "revision": revision}
    )


@pytest.mark.parametrize(
    ("results", "ended", "states"),
    [
        ([told("a@x.example"), told("b@x.example", "refused")], True, ["sent", "refused"]),
        ([told("A@X.example")], False, ["sent", "prepared"]),
        # On trial one copy stands for all; whose address it is shows in the end.
        ([told("trial@x.example")], True, ["sent", "sent"]),
        ([told("trial@x.example")], False, ["sent", "sent"]),
        ([told("b@x.example")], True, ["sent", "sent"]),
        ([], True, ["prepared", "prepared"]),
    ],
)
def test_what_the_mailer_told_of_recipients(
    results: list[RecipientResult], *, ended: bool, states: list[str]
) -> None:
    before = (StoredRecipient("to", "A", "a@x.example"), StoredRecipient("cc", "B", "b@x.example"))

    after = _with(before, results, ended=ended)

    assert [one.state for one in after] == states
    assert [(one.role, one.name, one.email) for one in after] == [
        (one.role, one.name, one.email) for one in before
    ]


@pytest.mark.parametrize(
    ("revision", "ended", "state", "kept"),
    [
        (2, False, "refused", 3),
        (3, False, "sent", 3),
        (4, False, "sent", 4),
        (None, False, "sent", 3),  # of a mailer that does not count yet
        (2, True, "sent", 2),  # the closing word is the last one
    ],
)
def test_an_older_word_on_a_recipient_is_not_heard(
    revision: int | None, *, ended: bool, state: str, kept: int
) -> None:
    before = (StoredRecipient("to", "A", "a@x.example", "refused", "550", revision=3),)

    (after,) = _with(before, [told("a@x.example", revision=revision)], ended=ended)

    assert (after.state, after.revision) == (state, kept)


@pytest.mark.parametrize(
    ("mode", "produced", "billed", "quantity"),
    [
        ("ordered", "930", "0", "1000"),
        ("ordered", "930", "1000", "0"),
        ("produced", "930", "0", "930"),
        ("produced", "930", "400", "530"),
        ("produced", "930", "950", "0"),
        ("produced", "1100", "0", "1050"),
        ("produced", None, "0", "1000"),
    ],
)
def test_how_much_is_drafted(mode: str, produced: str | None, billed: str, quantity: str) -> None:
    settings = dataclasses.replace(ShopSettings(), auto_draft_on_completion=mode)  # type: ignore[arg-type]  # a table of values
    of = job(produced_quantity=Decimal(produced) if produced else None, billed=Decimal(billed))

    assert quantity_to_draft(of, settings) == Decimal(quantity)


def test_what_is_drafted_fits_what_is_kept() -> None:
    settings = ShopSettings(auto_draft_on_completion="produced")
    of = job(ordered_quantity=Decimal("333.3333"), produced_quantity=Decimal(400))

    assert quantity_to_draft(of, settings) == Decimal("349.9999")
    assert dt.date(2025, 7, 18) == TODAY


MATERIAL = PrintMaterial(
    {
        "name": "Imprimerie",
        "address": {
            "line1": "1, rue A",
            "line2": None,
            "city": "Québec",
            "province": "QC",
            "postal_code": "G1A 1A1",
        },
        "phone": "418 555-0100",
        "email": None,
        "website": "https://a.example",
    },
    {
        "due_date": Localized("À payer le", "Pay by"),
        "total": Localized("x", "x"),
        "invoice": Localized("", ""),
    },
)
CREDIT: dict[str, Any] = {"kind": "credit_note"}


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (invoice(), "Facture proforma PF-0001"),
        (final(invoice()), "Facture 00001"),
        (invoice(**CREDIT), "Proforma de note de crédit PF-0001"),
        (final(invoice(**CREDIT)), "Note de crédit 00001"),
        (dataclasses.replace(final(invoice()), language="en"), "Invoice 00001"),
    ],
)
def test_a_mail_is_titled_by_what_it_brings(one: Invoice, title: str) -> None:
    assert document_summary(one, MATERIAL, None).title == title


def test_a_mail_tells_the_figures_that_count_in_the_shops_own_words() -> None:
    summary = document_summary(final(invoice(line("10.00"))), MATERIAL, "#123456")
    assert [(fact.label, plain(fact.value)) for fact in summary.facts] == [
        ("Date", "18 juillet 2025"),
        ("À payer le", "17 août 2025"),
        ("Total", "11,50 $"),
    ]
    assert (summary.issuer, summary.accent_colour) == ("Imprimerie", "#123456")
    assert summary.footer == "1, rue A, Québec QC G1A\N{NO-BREAK SPACE}1A1\n418 555-0100 · https://a.example"


def test_a_credit_note_has_no_due_date_in_its_mail() -> None:
    labels = [fact.label for fact in document_summary(invoice(**CREDIT), MATERIAL, None).facts]
    assert labels == ["Date", "Total"]


def test_a_company_that_says_nothing_of_itself_has_no_footer() -> None:
    assert reach_of({"name": "Imprimerie", "address": None}) is None
