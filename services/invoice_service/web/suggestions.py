"""What a field that names something offers while one types: the codes that there are."""

from collections.abc import Iterable

from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.reference import GlAccount, Product
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.inputs import Input

_MOST = 200
Suggestions = dict[str, list[tuple[str, str]]]


async def suggestions_for(uow: UnitOfWork, inputs: Iterable[Input], language: Language) -> Suggestions:
    """Codes and what they stand for, by kind of field; the first of them, where a shop has very many."""
    controls = {one.control for one in inputs}
    asked = ListQuery(_MOST, filters={"active": (True,)})
    found: Suggestions = {}
    if "account" in controls:
        accounts = await uow.reference.page(GlAccount, asked)
        found["account"] = [(one.number, one.description) for one in accounts.items]
    if "product" in controls:
        products = await uow.reference.page(Product, asked)
        found["product"] = [(one.code, one.description.text(language)) for one in products.items]
    if "customer" in controls:
        found["customer"] = []  # of thousands: those that are meant, while one types (`offers.js`)
    if "connector" in controls:
        found["connector"] = [("none", ""), ("beancount", "Beancount")]
    return found
