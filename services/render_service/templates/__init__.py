"""The forms of the house: each a folder beside this module with `invoice.html` and `invoice.css`.

Its name has its version: a form that has printed a document never changes, a new look is a new folder, `standard-2`.
"""

from collections.abc import Mapping
from pathlib import Path

from services.render_service.errors import UnknownTemplate

NAMES = frozenset({"standard-1"})
_FOLDER = Path(__file__).parent


def house_form(name: str) -> Mapping[str, bytes]:
    """The files of a form of the house, by name.

    Raises:
        UnknownTemplate: it has none of this name.
    """
    if name not in NAMES:
        raise UnknownTemplate(name)
    return {path.name: path.read_bytes() for path in sorted((_FOLDER / name).iterdir()) if path.is_file()}
