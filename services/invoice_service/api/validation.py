"""What pydantic finds wrong, in the contract's codes and in sentences of ours."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.invoice_service.api.bodies.fields import Unfit
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.domain.texts import Localized

_MOST_ERRORS = 1000
_TOO_MANY = Localized(f"Plus de {_MOST_ERRORS} fautes.", f"More than {_MOST_ERRORS} faults.")
_CODES = {"missing": "required", "extra_forbidden": "unknown_field"}
_DECIMAL = Localized(
    "Un nombre écrit comme texte est attendu, par exemple « 15812.65 ».",
    'A number written as text is expected, such as "15812.65".',
)
_TEXT = Localized("Un texte est attendu.", "A text is expected.")
_DATE = Localized("Une date AAAA-MM-JJ est attendue.", "A date YYYY-MM-DD is expected.")
_TIME = Localized(
    "Une date et heure RFC 3339 avec son fuseau est attendue.", "An RFC 3339 time with its zone is expected."
)
_CHOICE = Localized("Valeurs permises : {expected}.", "Allowed values: {expected}.")
# By pydantic's type of error; the braces name what its context holds.
_SENTENCES: Mapping[str, Localized] = {
    "string_type": _TEXT,
    "string_too_short": Localized("Ce texte est vide ou trop court.", "This text is empty or too short."),
    "string_too_long": Localized("{max_length} caractères au plus.", "At most {max_length} characters."),
    "string_pattern_mismatch": Localized(
        "Ce texte n'a pas la forme voulue : {pattern}.", "This text is not of the form {pattern}."
    ),
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "bool_type": Localized("true ou false est attendu.", "true or false is expected."),
    "int_type": Localized("Un nombre entier est attendu.", "A whole number is expected."),
    "greater_than_equal": Localized("Au moins {ge}.", "At least {ge}."),
    "less_than_equal": Localized("Au plus {le}.", "At most {le}."),
    "less_than": Localized("Moins de {lt}.", "Less than {lt}."),
    "value_error": _DECIMAL,  # without a sentence of its own: a decimal that is not one
    "decimal_type": _DECIMAL,
    "decimal_parsing": _DECIMAL,
    "decimal_max_places": Localized(
        "{decimal_places} décimales au plus.", "At most {decimal_places} decimals."
    ),
    "decimal_max_digits": Localized("{max_digits} chiffres au plus.", "At most {max_digits} digits."),
    "decimal_whole_digits": Localized("Ce nombre est trop grand.", "This number is too large."),
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
    "tuple_type": Localized("Une liste est attendue.", "A list is expected."),
    "too_long": Localized("{max_length} éléments au plus.", "At most {max_length} items."),
    "too_short": Localized("{min_length} éléments au moins.", "At least {min_length} items."),
    "model_type": Localized("Un objet est attendu.", "An object is expected."),
}


def invalid_body(error: ValidationError) -> Invalid:
    """The refusal of a body, with everything that is wrong with it, by field.

    What was sent is not repeated: it may be a secret.
    """
    if error.error_count() > _MOST_ERRORS:
        # A body of 1 MiB can have three hundred thousand: seconds of work, for nobody to read.
        return Invalid("invalid", errors=(FieldError("", "invalid", {"sentence": _TOO_MANY}),))
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == "json_invalid" for one in found):
        return Invalid("malformed")
    # A list whose items are wrong is counted as too short, too: what is wrong inside says enough.
    around = {one["loc"][:depth] for one in found for depth in range(len(one["loc"]))}
    errors = tuple(_field_error(one) for one in found if one["loc"] not in around)
    return Invalid("invalid", errors=errors)


def _field_error(found: ErrorDetails) -> FieldError:
    """One fault. Our own validators say what they expect (`Unfit`)."""
    code = _CODES.get(found["type"], "invalid")
    if code != "invalid":
        return FieldError(field_path(found["loc"]), code)
    context = found.get("ctx", {})
    own = context.get("error")
    if isinstance(own, Unfit):
        field = () if own.field is None else (own.field,)
        return FieldError(field_path((*found["loc"], *field)), own.code, {"sentence": own.sentence})
    known = _SENTENCES.get(found["type"])
    if known is None:
        return FieldError(field_path(found["loc"]), code)
    sentence = Localized(known.fr.format_map(_in_french(context)), known.en.format_map(context))
    return FieldError(field_path(found["loc"]), code, {"sentence": sentence})


def _in_french(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a sentence says of a choice: pydantic lists it in English, `'a', 'b' or 'c'`."""
    if "expected" not in context:
        return context
    names = re.findall(r"'([^']*)'", context["expected"])
    *others, last = (f"«\N{NO-BREAK SPACE}{name}\N{NO-BREAK SPACE}»" for name in names)
    return {**context, "expected": f"{', '.join(others)} ou {last}" if others else last}


def field_path(location: Sequence[str | int]) -> str:
    """`("addresses", 0, "city")` as `addresses[0].city`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path
