"""A text in the two languages of the house."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Localized:
    """One text in French and in English."""

    fr: str
    en: str

    def text(self, language: Language) -> str:
        """The text in `language`."""
        return self.fr if language == "fr" else self.en

    def as_dict(self) -> dict[str, str]:
        """As it is stored and answered."""
        return {"fr": self.fr, "en": self.en}
