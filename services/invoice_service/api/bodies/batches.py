"""Bodies of batches, as they are sent and as they are answered."""

import datetime as dt
import uuid
from typing import Annotated

from pydantic import Field

from services.invoice_service.api.bodies.fields import Body, Shown, example
from services.invoice_service.api.bodies.shown import ActorShown
from services.invoice_service.api.invoices import REF_PATTERN
from services.invoice_service.domain.batch import MOST, BatchAction, OutcomeName
from shared.contracts.values import Reason

Ref = Annotated[str, Field(pattern=REF_PATTERN, description="id or number of an invoice")]


class BatchBody(Body):
    """One action on many invoices."""

    model_config = example({"action": "finalize", "invoices": ["PF-0021", "PF-0022"]})

    action: BatchAction = Field(
        description="`finalize` and `finalize_and_email` need an accountant; an e-mail is the one of `emails/draft`; "
        "`finalize_and_email` does both or neither"
    )
    invoices: Annotated[
        list[Ref],
        Field(
            min_length=1,
            max_length=MOST,
            description="in this order; an invoice that is named twice is done once",
        ),
    ]


class OutcomeShown(Shown):
    """What became of an invoice of a batch."""

    invoice: str = Field(description="its number, as it is now")
    id: uuid.UUID
    ref: str = Field(description="as the batch was asked for it")
    outcome: OutcomeName = Field(
        description="`skipped`: nothing was done with it; `succeeded`: an e-mail was accepted by the other side"
    )
    reason: Reason | None


class _Progress(Shown):
    """A batch, as far as it has come."""

    id: uuid.UUID
    action: BatchAction
    actor: ActorShown = Field(description="who asked for it")
    total: int = Field(description="how many invoices")
    done: int = Field(description="how many of them have an outcome")
    created_at: dt.datetime
    ended_at: dt.datetime | None = Field(description="null while it goes on")


class BatchShown(_Progress):
    """A batch, with what became of each invoice so far."""

    outcomes: list[OutcomeShown] = Field(description="of those that have one, in the order asked for")


class BatchListed(_Progress):
    """A batch in the list, with how many invoices came to what."""

    succeeded: int
    skipped: int
    failed: int
