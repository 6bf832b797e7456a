"""What a command to transfer asks for, given what is known of its invoice. Pure: the whole policy, on one page."""

from dataclasses import dataclass

from services.accounting_sync.transfers import Transfer


@dataclass(frozen=True, slots=True)
class Repeat:
    """It was answered before: say the same again."""

    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Conflict:
    """The invoice is transferred, with other content than this command has."""

    transfer: Transfer


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer command for this invoice was acted on: this one is history."""

    by_attempt: int


@dataclass(frozen=True, slots=True)
class Try:
    """Have it booked. `look_up`: ask first whether it is; `in_doubt`: an earlier attempt may have been taken."""

    look_up: bool
    in_doubt: bool


Decision = Repeat | Conflict | Superseded | Try


def decide(known: Transfer | None, wanted: Transfer, *, delivery_attempt: int) -> Decision:
    """What to do with a command that wants the row to become `wanted`.

    Only the very first attempt books without looking up.
    """
    if known is None:
        return Try(look_up=wanted.attempt > 1 or delivery_attempt > 1, in_doubt=False)
    if known.state == "transferred":
        return Repeat(known) if known.fingerprint == wanted.fingerprint else Conflict(known)
    if wanted.attempt < known.attempt:
        return Superseded(known.attempt)
    if known.command_id == wanted.command_id and known.settled_at is not None:
        return Repeat(known)
    return Try(look_up=True, in_doubt=known.state in ("sending", "uncertain"))
