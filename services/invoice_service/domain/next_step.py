"""Which step follows which: the one place that knows. Workers answer with what happened, never with what is next."""

from enum import StrEnum


class Happened(StrEnum):
    """What can happen to an invoice that may call for a step."""

    DOCUMENT_WANTED = "document_wanted"
    EMAIL_PREPARED = "email_prepared"
    DOCUMENT_RENDERED = "document_rendered"
    FINALIZED = "finalized"
    TRANSFER_RETRIED = "transfer_retried"


class Step(StrEnum):
    """What a worker can be asked for."""

    RENDER = "render"
    SEND_WAITING_EMAILS = "send_waiting_emails"
    TRANSFER = "transfer"


def next_steps(
    happened: Happened, *, document_ready: bool = False, connected: bool = True
) -> tuple[Step, ...]:
    """The steps to ask for now.

    `document_ready`: the current version is rendered; `connected`: there is accounting software to transfer to.
    """
    match happened:
        case Happened.DOCUMENT_WANTED:
            return () if document_ready else (Step.RENDER,)
        case Happened.EMAIL_PREPARED:
            return (Step.SEND_WAITING_EMAILS,) if document_ready else (Step.RENDER,)
        case Happened.DOCUMENT_RENDERED:
            return (Step.SEND_WAITING_EMAILS,)
        case Happened.FINALIZED:
            return (Step.RENDER, Step.TRANSFER) if connected else (Step.RENDER,)
        case Happened.TRANSFER_RETRIED:
            return (Step.TRANSFER,) if connected else ()
