"""« Codes de taxes » : which taxes each charges, at which rates since when."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import shown
from services.invoice_service.api.bodies.taxes import TaxCodeBody, TaxCodeShown
from services.invoice_service.api.routing import ACCOUNTANT
from services.invoice_service.api.tax_codes import LISTING
from services.invoice_service.api.transact import read
from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_tax_code import KIND, delete_tax_code, put_tax_code
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.tax import TaxCode
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import Attempt, coded, entries_of
from services.invoice_service.web.formats import percent
from services.invoice_service.web.forms import Form
from services.invoice_service.web.inputs import Input, texts_of
from services.invoice_service.web.list_book import Reader
from services.invoice_service.web.record_list import ListRow, RecordList
from services.invoice_service.web.record_pages import RecordPages
from services.invoice_service.web.suggestions import Suggestions, suggestions_for
from services.invoice_service.web.tax_form import (
    CODE,
    Rows,
    body_in,
    field_in_form,
    inputs_for,
    periods_of,
    rate_inputs,
    rows_of,
    tax_inputs,
)
from services.invoice_service.web.view import view_of


def _row(one: TaxCode, reader: Reader) -> ListRow:
    language = reader.words.language
    rates = " · ".join(
        f"{tax.name.text(language)} {percent(rate, language)}"
        for tax in one.taxes
        if (rate := tax.rate_on(reader.today)) is not None
    )
    default = reader.words("sheet.yes") if one.is_default else ""
    return ListRow(one.code, (one.description, rates, one.province or "", default), one.active)


class TaxCodes(RecordPages[TaxCode, Rows]):
    """The pages."""

    kind = KIND
    list = RecordList(
        "tax_codes",
        ("description", "taxes.rates.rate", "province", "is_default"),
        LISTING,
        lambda uow, asked: uow.tax_codes.page(asked),
        _row,
    )
    template = "tax_code.html"
    write = ACCOUNTANT

    def beside(self, _request: web.Request, record: TaxCode | None, form: Form | None) -> Rows:
        """How many rows of rates each tax has."""
        return rows_of(record, form)

    def inputs(self, beside: Rows) -> tuple[Input, ...]:
        """See the base."""
        return inputs_for(beside)

    def texts(self, record: TaxCode, inputs: Sequence[Input], language: Language) -> dict[str, str]:
        """See the base."""
        return texts_of(inputs, shown(TaxCodeShown.model_validate(record)), language)

    async def stored(self, uow: UnitOfWork, code: str, *, lock: bool = False) -> TaxCode | None:
        """See the base. Taxes are of several codes: all are locked."""
        if lock:
            await uow.tax_codes.lock()
        return await uow.tax_codes.get(code)

    async def put(
        self,
        uow: UnitOfWork,
        context: Context,
        code: str,
        _current: TaxCode | None,
        texts: Mapping[str, str],
        beside: Rows,
        language: Language,
    ) -> Put[TaxCode]:
        """See the base."""
        body, places = body_in(texts, beside, language)
        try:
            declared = coded(TaxCodeBody, code, body).tax_code(code)
            return await put_tax_code(uow, context, declared)
        except Invalid as refusal:
            errors = tuple(
                FieldError(field_in_form(one.field, places), one.code, one.data) for one in refusal.errors
            )
            raise Invalid(refusal.code, errors=errors, **refusal.data) from None

    async def remove(self, uow: UnitOfWork, context: Context, code: str) -> None:
        """See the base."""
        await delete_tax_code(uow, context, code)

    async def drawn(
        self,
        request: web.Request,
        record: TaxCode | None,
        now: Mapping[str, str],
        beside: Rows,
        attempt: Attempt | None,
        faults: Mapping[str, str],
    ) -> dict[str, Any]:
        """See the base."""
        language, inputs = view_of(request).language, self.inputs(beside)

        async def offered(uow: UnitOfWork, _: Context) -> Suggestions:
            return await suggestions_for(uow, inputs, language)

        blocks = [
            {
                "place": place,
                "fields": entries_of(tax_inputs(place, 0), now, attempt, faults),
                "rates": [entries_of(rate_inputs(place, row), now, attempt, faults) for row in range(count)],
                "periods": periods_of(record.taxes[place]) if record and place < len(record.taxes) else [],
                "faults": [
                    faults[name] for name in (f"taxes.{place}", f"taxes.{place}.rates") if name in faults
                ],
            }
            for place, count in enumerate(beside)
        ]
        refusal = attempt.refusal if attempt else None
        return {
            "general": entries_of(CODE, now, attempt, faults),
            "blocks": blocks,
            "suggestions": await read(request, offered) if self.may_edit(request) else {},
            "differs": refusal is not None and refusal.code == "tax_differs",
        }


TAX_CODES = TaxCodes()
