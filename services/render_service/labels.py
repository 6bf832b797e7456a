"""The words of one document: the shop's own where it has one, else the house's."""

from collections.abc import Mapping

from shared.contracts.labels import LABELS
from shared.contracts.values import Language, Localized


class Labels:
    """Texts by key."""

    def __init__(self, language: Language, own: Mapping[str, Localized]) -> None:
        """Keys of `own` that no form prints are those of other places (e-mails, pages): left alone."""
        self._language = language
        self._own = own

    def __getitem__(self, key: str) -> str:
        """The text of a label; a shop's empty text counts as none."""
        own = self._own.get(key)
        return (own.text(self._language) if own else "") or LABELS[key].text(self._language)
