"""The {{Variables}} of e-mail templates: known names, replaced by plain text; no logic, no template language."""

import re
from collections.abc import Mapping

KNOWN = frozenset(
    {
        "NoFacture",
        "NomContact",
        "Salutations",
        "NotreEntreprise",
        "Total",
        "SousTotal",
        "DateFacture",
        "DateEcheance",
        "NoDossiers",
        "NoCommandes",
        "NomClient",
        "NoFactureCreditee",
    }
)
# Whatever stands between double braces is meant as a name, so that a misspelt one is found.
_VARIABLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def unknown_variables(template: str) -> tuple[str, ...]:
    """The names between double braces that are not ours, in their order."""
    names = (match[1].strip() for match in _VARIABLE.finditer(template))
    return tuple(dict.fromkeys(name for name in names if name not in KNOWN))


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with every known name replaced; a value is never looked through again.

    A name that has no value is left as it stands, for the person who reads the draft to see.
    """
    return _VARIABLE.sub(lambda match: values.get(match[1].strip(), match[0]), template)
