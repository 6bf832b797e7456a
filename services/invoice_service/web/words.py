"""The words of the pages: one catalogue per language, the same keys in each."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from services.invoice_service.application.wording import LOCALES
from services.invoice_service.domain.texts import Language


class Words:
    """Texts by key. `{name}` in a text is filled; `key.one` and `key.other` are chosen by `count`."""

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, *, count: int | None = None, **values: object) -> str:
        """The text of a key.

        Raises:
            KeyError: there is none: a defect, which a test of the catalogues finds.
        """
        if count is not None:
            plural = LOCALES[self.language].plural_form(count)
            chosen = f"{key}.{plural}"
            key = chosen if chosen in self.texts else f"{key}.other"
            values.setdefault("count", count)
        text = self.texts[key]
        return text.format_map(values) if values else text

    def __contains__(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.texts


@cache
def words_in(language: Language) -> Words:
    """The words of a language."""
    file = files(__package__) / "catalogues" / f"{language}.json"
    return Words(language, json.loads(file.read_text(encoding="utf-8")))
