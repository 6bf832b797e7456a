"""What a caller prefers to see."""

from dataclasses import replace

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports.reference import ReferencePorts
from services.invoice_service.application.records import Preferences


def caller_of(context: Context) -> str:
    """Under which name a caller's own things are kept."""
    return f"{context.actor.kind}:{context.actor.id}"


async def edit_me(uow: ReferencePorts, context: Context, values: dict[str, str | None]) -> Preferences:
    """Set these preferences and leave the others."""
    caller = caller_of(context)
    preferences = replace(await uow.preferences.get(caller), **values)
    await uow.preferences.put(caller, preferences)
    return preferences
