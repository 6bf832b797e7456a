"""What happens and what went wrong: their part of the table of contents."""

from services.invoice_service.api import events, notices
from services.invoice_service.api.bodies.shown import NotificationShown
from services.invoice_service.api.routing import VIEWER, VIEWER_OR_MACHINE, Route, listing

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/events",
        events.get_events,
        VIEWER_OR_MACHINE,
        "What happens, as it happens (Server-Sent Events)",
        query=(events.WAIT,),
        media_type="text/event-stream",
    ),
    listing(
        "/notifications",
        notices.get_notifications,
        VIEWER,
        "What a person must be told",
        NotificationShown,
        notices.LISTING.parameters,
    ),
    Route(
        "POST",
        "/notifications/{id}/read",
        notices.post_read,
        VIEWER,
        "The caller has read it",
        answer=NotificationShown,
    ),
    Route(
        "POST",
        "/notifications/read",
        notices.post_all_read,
        VIEWER,
        "The caller has read all of them",
        status=(204,),
    ),
)
