# ruff: noqa: ANN401 - any JSON
from typing import Any

import pytest
from pydantic import ValidationError

from services.invoice_service.api.bodies.customers import CustomerBody
from services.invoice_service.api.bodies.entities import BusinessEntityBody, SeriesBody
from services.invoice_service.api.bodies.fields import Body
from services.invoice_service.api.bodies.jobs import JobBody
from services.invoice_service.api.bodies.settings import SettingsBody
from services.invoice_service.api.bodies.taxes import TaxCodeBody
from services.invoice_service.api.validation import invalid_body
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.texts import Localized
from shared.postgres.pool import to_json

JOB = {"customer": "C-1", "title": "Encarts", "ordered_quantity": "1000", "status": "shipped"}
TAX = {"code": "T", "name": {"fr": "T", "en": "T"}, "rates": [{"from": "2008-01-01", "rate": "0.05"}]}
ADDRESS = {"id": "a", "kind": "billing", "line1": "1 rue X", "city": "Québec", "country": "CA"}


def refusal(model: type[Body], body: Any) -> Invalid:
    with pytest.raises(ValidationError) as found:
        model.model_validate_json(body if isinstance(body, bytes) else to_json(body))
    return invalid_body(found.value)


@pytest.mark.parametrize(
    ("model", "body", "field", "code"),
    [
        (JobBody, {**JOB, "colour": "red"}, "colour", "unknown_field"),
        (JobBody, {"title": "x", "ordered_quantity": "1", "status": "shipped"}, "customer", "required"),
        (JobBody, {**JOB, "ordered_quantity": 1000}, "ordered_quantity", "invalid"),
        (JobBody, {**JOB, "ordered_quantity": "1e3"}, "ordered_quantity", "invalid"),
        (JobBody, {**JOB, "ordered_quantity": "-1"}, "ordered_quantity", "invalid"),
        (JobBody, {**JOB, "ordered_quantity": "1.00001"}, "ordered_quantity", "invalid"),
        (JobBody, {**JOB, "total_price": "1.001"}, "total_price", "invalid"),
        (JobBody, {**JOB, "status": "lost"}, "status", "invalid"),
        (JobBody, {**JOB, "title": ""}, "title", "invalid"),
        (JobBody, {**JOB, "title": "   "}, "title", "invalid"),
        (JobBody, {**JOB, "title": "x" * 501}, "title", "invalid"),
        (JobBody, {**JOB, "title": "a\nb"}, "title", "invalid"),
        (JobBody, {**JOB, "description": "a\u0000b"}, "description", "invalid"),
        (JobBody, {**JOB, "title": None}, "title", "invalid"),
        (JobBody, {**JOB, "title": 5}, "title", "invalid"),
        (JobBody, {**JOB, "customer": "C 1"}, "customer", "invalid"),
        (JobBody, {**JOB, "currency": "cad"}, "currency", "invalid"),
        (JobBody, {**JOB, "extra_charges": {}}, "extra_charges", "invalid"),
        (JobBody, {**JOB, "extra_charges": [{"id": "x1"}]}, "extra_charges[0].quantity", "required"),
        (JobBody, {**JOB, "extra_charges": ["x1"]}, "extra_charges[0]", "invalid"),
        (CustomerBody, {"name": "x", "active": "true"}, "active", "invalid"),
        (CustomerBody, {"name": "x", "addresses": [{**ADDRESS, "city": 1}]}, "addresses[0].city", "invalid"),
        (
            CustomerBody,
            {
                "name": "x",
                "contacts": [{"id": "c", "first_name": "a", "last_name": "b", "email": "a@b\r\nBcc: c"}],
            },
            "contacts[0].email",
            "invalid",
        ),
        (TaxCodeBody, {"description": "x", "taxes": [TAX, TAX, TAX]}, "taxes", "invalid"),
        (TaxCodeBody, {"description": "x", "taxes": [{**TAX, "rates": []}]}, "taxes[0].rates", "invalid"),
        (
            TaxCodeBody,
            {"description": "x", "taxes": [{**TAX, "rates": [{"from": "2008-01-01", "rate": "5"}]}]},
            "taxes[0].rates[0].rate",
            "invalid",
        ),
        (
            TaxCodeBody,
            {"description": "x", "taxes": [{**TAX, "rates": [{"from": "01/01/2008", "rate": "0.05"}]}]},
            "taxes[0].rates[0].from",
            "invalid",
        ),
        (BusinessEntityBody, {"name": "x", "logo": "https://example.test/a.png"}, "logo", "invalid"),
        (SeriesBody, {"prefix": "é"}, "prefix", "invalid"),
        (SeriesBody, {"next_value": 0}, "next_value", "invalid"),
        (SeriesBody, {"padding": 13}, "padding", "invalid"),
        (SeriesBody, {"padding": 1.5}, "padding", "invalid"),
        (SettingsBody, {"timezone": "Mars/Olympus"}, "timezone", "invalid"),
        (SettingsBody, {"timezone": "../../etc/passwd"}, "timezone", "invalid"),
        (SettingsBody, {"timezone": None}, "timezone", "invalid"),
        (SettingsBody, {"outbound": "maybe"}, "outbound", "invalid"),
        (SettingsBody, {"columns": ["total", "total"]}, "columns", "invalid"),
        (SettingsBody, {"columns": ["quantity"]}, "columns", "invalid"),
        (SettingsBody, {"columns": ["colour"]}, "columns[0]", "invalid"),
        (SettingsBody, {"accent_colour": "red"}, "accent_colour", "invalid"),
        (SettingsBody, {"locked_until": "2025-02-30"}, "locked_until", "invalid"),
        (SettingsBody, {"overrun_tolerance_percent": "1001"}, "overrun_tolerance_percent", "invalid"),
    ],
)
def test_names_the_field_and_says_what_it_expects(
    model: type[Body], body: Any, field: str, code: str
) -> None:
    refused = refusal(model, body)

    (error,) = refused.errors
    assert (error.field, error.code) == (field, code)
    if code == "invalid":
        assert isinstance(error.data["sentence"], Localized)


@pytest.mark.parametrize(
    ("field", "value", "fr", "en"),
    [
        ("columns", ["colour"], "« unit_price » ou « total ».", "'unit_price' or 'total'."),
        ("language", "de", "Valeurs permises : « fr » ou « en ».", "Allowed values: 'fr' or 'en'."),
    ],
)
def test_a_choice_is_told_in_each_language(field: str, value: Any, fr: str, en: str) -> None:
    (error,) = refusal(SettingsBody, {field: value}).errors

    sentence = error.data["sentence"]
    assert isinstance(sentence, Localized)
    assert sentence.fr.replace("\N{NO-BREAK SPACE}", " ").endswith(fr)
    assert " or " not in sentence.fr
    assert sentence.en.endswith(en)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    refused = refusal(JobBody, {"title": "", "colour": "red"})

    assert refused.code == "invalid"
    assert {error.field: error.code for error in refused.errors} == {
        "title": "invalid",
        "colour": "unknown_field",
        "customer": "required",
        "ordered_quantity": "required",
        "status": "required",
    }


def test_only_unknown_fields_are_told_as_such() -> None:
    assert refusal(JobBody, {**JOB, "a": 1, "b": 2}).code == "unknown_field"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"title": "\\ud800"}', b"nope"])
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    assert refusal(JobBody, body).code == "malformed"


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_json_of_another_shape_is_invalid(body: bytes) -> None:
    assert refusal(JobBody, body).code == "invalid"


def test_what_was_sent_is_not_repeated() -> None:
    refused = refusal(JobBody, {**JOB, "status": "my-secret"})

    assert "my-secret" not in repr(refused.errors)


def test_lines_end_in_one_way_and_texts_are_stripped() -> None:
    body = JobBody.model_validate_json(to_json({**JOB, "title": "  Encarts ", "description": "a\r\nb"}))

    assert (body.title, body.description) == ("Encarts", "a\nb")


def test_what_has_no_sentence_of_its_own_is_invalid_all_the_same() -> None:
    class Odd(Body):
        values: list[int]

    (error,) = refusal(Odd, {"values": 5}).errors

    assert (error.field, error.code, error.data) == ("values", "invalid", {})


def test_a_thousand_faults_are_told_and_more_are_not() -> None:
    faults = refusal(SettingsBody, {f"k{number}": 1 for number in range(1000)}).errors
    too_many = refusal(SettingsBody, {f"k{number}": 1 for number in range(1001)})

    assert (len(faults), {fault.code for fault in faults}) == (1000, {"unknown_field"})
    assert (too_many.code, [fault.field for fault in too_many.errors]) == ("invalid", [""])


def test_of_a_list_and_what_is_in_it_the_inner_fault_is_told() -> None:
    body = {"description": {"fr": "T", "en": "T"}, "taxes": [{**TAX, "rates": [{"from": "no"}]}, TAX, TAX]}

    assert {fault.field for fault in refusal(TaxCodeBody, body).errors} >= {"taxes[0].rates[0].from"}
    assert "taxes" not in {fault.field for fault in refusal(TaxCodeBody, body).errors}
