"""What came of a form that was to change a record: refused, or overtaken by somebody else; nothing typed is lost."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web

from services.invoice_service.api.bodies.fields import Body, Code
from services.invoice_service.api.problems import status_of
from services.invoice_service.api.transact import committed
from services.invoice_service.application.context import Context
from services.invoice_service.application.outcome import Put
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.domain.errors import Conflict, FieldError, Invalid, NotFound, Refusal
from services.invoice_service.domain.texts import Language
from services.invoice_service.web.errors import detail_of, faults_of
from services.invoice_service.web.forms import Form, validated
from services.invoice_service.web.inputs import Entry, Input, entries, merged, shown_before, typed_in

B = TypeVar("B", bound=Body)


class _Named(Body):
    code: Code


def coded(model: type[B], code: str, values: Mapping[str, Any]) -> B:
    """The body of a record that has this code.

    Raises:
        Invalid: everything that is wrong, the code (`code`) too.
    """
    faults: tuple[FieldError, ...] = ()
    try:
        validated(_Named, {"code": code})
    except Invalid as refusal:
        faults = refusal.errors
    try:
        body = validated(model, values)
    except Invalid as refusal:
        raise Invalid("invalid", errors=(*faults, *refusal.errors)) from None
    if faults:
        raise Invalid("invalid", errors=faults)
    return body


def require_new(code: str, put: Put[Any]) -> None:
    """Refuse to replace what there was, where something new was meant.

    Raises:
        Invalid: code_taken.
    """
    if not put.created:
        raise Invalid("invalid", errors=(FieldError("code", "code_taken", {"value": code}),))


@dataclass(frozen=True, slots=True)
class Theirs:
    """A field that two people changed: what one typed, and what the other has saved."""

    input: Input
    mine: str
    theirs: str


class Overtaken(Exception):
    """Somebody else has changed the same fields meanwhile. `texts` would be saved, `now` is what the record says."""

    def __init__(self, theirs: tuple[Theirs, ...], texts: Mapping[str, str], now: Mapping[str, str]) -> None:
        super().__init__(", ".join(one.input.name for one in theirs))
        self.theirs = theirs
        self.texts = texts
        self.now = now


def settled(inputs: Sequence[Input], form: Form, now: Mapping[str, str]) -> dict[str, str]:
    """What to save of a form, on what the record says now.

    Raises:
        Overtaken: somebody else has changed the same fields.
    """
    typed = typed_in(inputs, form)
    texts, clashes = merged(typed, shown_before(inputs, form), now)
    if clashes:
        theirs = tuple(Theirs(one, typed[one.name], now[one.name]) for one in inputs if one.name in clashes)
        raise Overtaken(theirs, texts, now)
    return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form that changed nothing, to be drawn again with what was typed.

    `gone`: the record was deleted meanwhile. With neither `refusal` nor `theirs` it was to change nothing.
    """

    values: Mapping[str, str]
    was: Mapping[str, str]
    refusal: Refusal | None = None
    theirs: tuple[Theirs, ...] = ()
    gone: bool = False

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        if self.theirs or self.gone:
            return 409
        return status_of(self.refusal) if self.refusal else 200

    def faults(self, language: Language) -> dict[str, str]:
        """What is wrong, by the name of the field."""
        return dict(faults_of(self.refusal, language)) if self.refusal and not self.gone else {}

    def detail(self, language: Language) -> str:
        """The refusal in a sentence."""
        return detail_of(self.refusal, language) if self.refusal else ""


async def attempted(
    request: web.Request,
    inputs: Sequence[Input],
    form: Form,
    step: Callable[[UnitOfWork, Context], Awaitable[None]],
) -> Attempt | None:
    """Do it; None when it is done, else what it came to."""
    typed, was = typed_in(inputs, form), shown_before(inputs, form)
    try:
        await committed(request, step)
    except Overtaken as overtaken:
        return Attempt(values=overtaken.texts, was=overtaken.now, theirs=overtaken.theirs)
    except NotFound as refusal:
        return Attempt(values=typed, was=was, refusal=refusal, gone=True)
    except (Invalid, Conflict) as refusal:
        return Attempt(values=typed, was=was, refusal=refusal)
    return None


def entries_of(
    inputs: Sequence[Input],
    now: Mapping[str, str],
    attempt: Attempt | None,
    faults: Mapping[str, str],
) -> list[Entry]:
    """The fields of a form: as the record is, or as an attempt has left them."""
    if attempt is None:
        return entries(inputs, now, now, faults)
    blank = dict.fromkeys((one.name for one in inputs), "")
    return entries(inputs, {**blank, **attempt.values}, {**blank, **attempt.was}, faults)


def first_fault(inputs: Sequence[Input], faults: Mapping[str, str]) -> str:
    """The first field with a fault: where the cursor begins."""
    return next((one.name for one in inputs if one.name in faults), "")
