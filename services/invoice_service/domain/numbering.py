"""Number series: what a number looks like, and when two series could give the same one."""

import re

PREFIX_PATTERN = r"^[A-Z0-9/.-]*$"
_VALID_PREFIX = re.compile(PREFIX_PATTERN)
_NOT_IN_PREFIX = re.compile(r"[^A-Z0-9/.-]")
MAX_PREFIX = 80
MAX_VALUE = 10**12


def valid_prefix(prefix: str) -> bool:
    """Whether a series may have this prefix."""
    return len(prefix) <= MAX_PREFIX and _VALID_PREFIX.fullmatch(prefix) is not None


def formatted(prefix: str, padding: int, value: int) -> str:
    """A number as it is printed: the prefix, then the value, padded with zeros."""
    return f"{prefix}{value:0{padding}d}"


def prefixes_clash(one: str, other: str) -> bool:
    """Whether two series with these prefixes could give the same number.

    They could when one prefix is the other followed by nothing but digits: "1" with value 2345 and "" with
    value 12345 are both 12345.
    """
    shorter, longer = sorted((one, other), key=len)
    rest = longer.removeprefix(shorter)
    return longer.startswith(shorter) and (rest == "" or (rest.isascii() and rest.isdigit()))


def entity_prefix(code: str) -> str:
    """What the series of another entity than the first start with: its code, in the letters of a prefix."""
    return _NOT_IN_PREFIX.sub("-", code.upper()) + "-"


def value_of(prefix: str, number: str) -> int | None:
    """The value that a number has in the series of this prefix; None when it is of another one."""
    rest = number.removeprefix(prefix)
    return int(rest) if number.startswith(prefix) and rest.isascii() and rest.isdigit() else None
