"""What a caller prefers to see."""

from dataclasses import replace

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import Preferences
from services.invoice_service.domain.actors import Actor


def caller_of(context: Context) -> str:
    """Under which name a caller's own things are kept."""
    return caller_name(context.actor)


def caller_name(actor: Actor) -> str:
    """The same, of an actor."""
    return f"{actor.kind}:{actor.id}"


async def edit_me(uow: ReferencePorts, context: Context, values: dict[str, str | None]) -> Preferences:
    """Set these preferences and leave the others."""
    caller = caller_of(context)
    preferences = replace(await uow.preferences.get(caller), **values)
    await uow.preferences.put(caller, preferences)
    return preferences
