"""« Traductions » : every word that a form prints by itself, as the shop says it; each can be brought back."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.reference import Translation
from services.invoice_service.web.sheets import Sheet
from shared.contracts.labels import LABELS


@dataclass(frozen=True)
class Wording(Sheet):
    """The sheet of the form's labels: all are there, those that the shop has not changed as the house says them."""

    async def stored(self, uow: UnitOfWork, code: str, *, lock: bool = False) -> Any:  # noqa: ANN401 - as Sheet's
        """The shop's wording of a label, else the house's."""
        return await uow.reference.get(Translation, code, lock=lock) or _house(code)

    async def found(self, uow: UnitOfWork, asked: ListQuery) -> Page[Any]:
        """All of them, or those with the words that are looked for."""
        own = {one.label: one for one in await uow.reference.all(Translation)}
        every = {**{label: _house(label) for label in LABELS}, **own}
        words = _plain(" ".join(asked.filters.get("q", ()))).split()
        found = tuple(
            one
            for one in every.values()
            if one and all(word in _plain(f"{one.label} {one.fr} {one.en}") for word in words)
        )
        return Page(found, None, len(found), count_exact=True)

    def standard(self, _code: str) -> Mapping[str, str]:
        """The house's wording."""
        house = LABELS.get(_code)
        return {"fr": house.fr, "en": house.en} if house else {}


def _house(label: str) -> Translation | None:
    house = LABELS.get(label)
    return Translation(label, house.fr, house.en) if house else None


def _plain(text: str) -> str:
    """A text without case and accents."""
    return "".join(
        one for one in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(one)
    )
