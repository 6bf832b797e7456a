"""« Entités commerciales » : our issuing companies, each with its address, tax numbers and logo."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services.invoice_service.api.answers import shown
from services.invoice_service.api.bodies.entities import BusinessEntityBody, BusinessEntityShown, LogoBody
from services.invoice_service.api.business_entities import LISTING
from services.invoice_service.api.routing import ADMIN, UPLOAD_LIMIT
from services.invoice_service.api.services import SERVICES
from services.invoice_service.application.context import Context
from services.invoice_service.application.keep_logo import keep_logo
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.put_business_entity import (
    KIND,
    delete_business_entity,
    put_business_entity,
)
from services.invoice_service.application.records import BusinessEntity
from services.invoice_service.domain.errors import Invalid
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.attempts import Attempt, coded, entries_of
from services.invoice_service.web.forms import FILES, Form, validated
from services.invoice_service.web.inputs import Input, body_of, shown_before, texts_of, typed_in
from services.invoice_service.web.list_book import Reader
from services.invoice_service.web.record_list import ListRow, RecordList
from services.invoice_service.web.record_pages import RecordPages, Step

PARTS = {
    "entity": (
        Input("name"),
        Input("phone"),
        Input("email", "email"),
        Input("website"),
        Input("is_default", "flag"),
        Input("active", "flag", default="1"),
    ),
    "address": (
        Input("address.line1"),
        Input("address.line2"),
        Input("address.city"),
        Input("address.province"),
        Input("address.postal_code"),
        Input("address.country", default="CA"),
    ),
    "tax_numbers": (Input("gst_number"), Input("qst_number")),
}
_INPUTS = tuple(one for inputs in PARTS.values() for one in inputs)
_ADDRESS = tuple(one.name for one in PARTS["address"] if one.name != "address.country")
_PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class Logo:
    """The picture that was chosen, as a data URL, or that the one there is goes."""

    chosen: str | None = None
    removed: bool = False


def _row(one: BusinessEntity, reader: Reader) -> ListRow:
    city = one.address.city if one.address else ""
    numbers = (one.gst_number or "", one.qst_number or "")
    default = reader.words("sheet.yes") if one.is_default else ""
    return ListRow(one.code, (one.name, city, *numbers, default), one.active)


class Entities(RecordPages[BusinessEntity, Logo]):
    """The pages."""

    kind = KIND
    list = RecordList(
        "business_entities",
        ("name", "address.city", "gst_number", "qst_number", "is_default"),
        LISTING,
        lambda uow, asked: uow.business_entities.page(asked),
        _row,
    )
    template = "entity.html"
    write = ADMIN
    body_limit = UPLOAD_LIMIT

    def beside(self, request: web.Request, _record: BusinessEntity | None, form: Form | None) -> Logo:
        """The picture that was chosen, or the one that came with a form that was refused."""
        if form is None:
            return Logo()
        for file in request.get(FILES, ()):
            kind = "image/png" if file.content.startswith(_PNG) else "image/svg+xml"
            return Logo(f"data:{kind};base64,{base64.b64encode(file.content).decode('ascii')}")
        return Logo(form.text("kept_logo") or None, bool(form.text("remove_logo")))

    def inputs(self, _beside: Logo) -> tuple[Input, ...]:
        """See the base."""
        return _INPUTS

    def texts(self, record: BusinessEntity, inputs: Sequence[Input], language: Language) -> dict[str, str]:
        """See the base."""
        return texts_of(inputs, shown(BusinessEntityShown.model_validate(record)), language)

    async def stored(self, uow: UnitOfWork, code: str, *, lock: bool = False) -> BusinessEntity | None:
        """See the base. Which one is the default is of all of them: all are locked."""
        if not lock:
            return await uow.business_entities.get(code)
        entities = await uow.business_entities.all(lock=True)
        return next((one for one in entities if one.code == code), None)

    async def put(
        self,
        uow: UnitOfWork,
        context: Context,
        code: str,
        current: BusinessEntity | None,
        texts: Mapping[str, str],
        beside: Logo,
        language: Language,
    ) -> Put[BusinessEntity]:
        """See the base."""
        kept = current.logo if current and not beside.removed else None
        body = {**body_of(_INPUTS, texts, language), "logo": beside.chosen or kept}
        if not any(texts[name] for name in _ADDRESS):
            body["address"] = None  # a country alone is none
        return await put_business_entity(uow, context, coded(BusinessEntityBody, code, body).entity(code))

    async def remove(self, uow: UnitOfWork, context: Context, code: str) -> None:
        """See the base."""
        await delete_business_entity(uow, context, code)

    async def attempted(
        self, request: web.Request, inputs: Sequence[Input], form: Form, beside: Logo, step: Step
    ) -> Attempt | None:
        """Keep a new logo where the renderer finds it, before the transaction; then do it."""
        try:
            if beside.chosen is not None:
                validated(LogoBody, {"logo": beside.chosen})
                await keep_logo(request.app[SERVICES].documents, beside.chosen)
        except Invalid as refusal:
            return Attempt(values=typed_in(inputs, form), was=shown_before(inputs, form), refusal=refusal)
        return await super().attempted(request, inputs, form, beside, step)

    async def drawn(
        self,
        _request: web.Request,
        record: BusinessEntity | None,
        now: Mapping[str, str],
        beside: Logo,
        attempt: Attempt | None,
        faults: Mapping[str, str],
    ) -> dict[str, Any]:
        """See the base."""
        new_logo = beside.chosen if "logo" not in faults else None
        return {
            "parts_of_it": [
                (name, entries_of(inputs, now, attempt, faults)) for name, inputs in PARTS.items()
            ],
            "logo": new_logo or (record.logo if record else None),
            "new_logo": new_logo,
        }


ENTITIES = Entities()
