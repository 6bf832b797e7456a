"""What came of putting something: the thing as it is now, and whether it is new."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Put(Generic[T_co]):
    """The thing, and whether it was created (else replaced, or already like that)."""

    value: T_co
    created: bool
