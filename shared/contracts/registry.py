"""Every message type, once: its wire name, its shape, its way.

The wire name is `<exchange>.<routing key>.v<n>`, so the route follows from the type. A breaking change is a new
`.v2` beside `.v1`.
"""

from dataclasses import dataclass

from shared.contracts import commands, events, production, results
from shared.contracts.values import Wire

INVOICE_SERVICE = "invoice_service"
_WORKERS = {"document": "render_service", "email": "mailer", "accounting": "accounting_sync"}


@dataclass(frozen=True, slots=True)
class Contract:
    """One message type. `mandatory`: a message that reaches no queue is an error."""

    name: str
    model: type[Wire]
    mandatory: bool

    @property
    def exchange(self) -> str:
        """The exchange it is published to."""
        return self.name.split(".", 1)[0]

    @property
    def routing_key(self) -> str:
        """The routing key it is published with."""
        return self.name.split(".", 1)[1].rsplit(".", 1)[0]

    @property
    def sender(self) -> str:
        """Who sends it: a service, or `production_system`."""
        return {
            "production": "production_system",
            "commands": INVOICE_SERVICE,
            "events": INVOICE_SERVICE,
            "results": self._worker,
        }[self.exchange]

    @property
    def receiver(self) -> str:
        """Who takes it: a service, or `listener` (whoever binds a queue)."""
        return {
            "production": INVOICE_SERVICE,
            "commands": self._worker,
            "events": "listener",
            "results": INVOICE_SERVICE,
        }[self.exchange]

    @property
    def _worker(self) -> str:
        return _WORKERS.get(self.routing_key.split(".", 1)[0], "")


_TYPES: dict[str, type[Wire]] = {
    "production.job.completed.v1": production.JobCompleted,
    "production.job.updated.v1": production.JobUpdated,
    "production.customer.updated.v1": production.CustomerUpdated,
    "commands.document.render.v1": commands.RenderDocument,
    "commands.document.render.bulk.v1": commands.RenderDocument,
    "commands.email.send.v1": commands.SendEmail,
    "commands.accounting.transfer.v1": commands.TransferInvoice,
    "results.document.rendered.v1": results.DocumentRendered,
    "results.document.render_failed.v1": results.DocumentRenderFailed,
    "results.email.recipient_updated.v1": results.EmailRecipientUpdated,
    "results.email.sent.v1": results.EmailSent,
    "results.email.failed.v1": results.EmailFailed,
    "results.email.uncertain.v1": results.EmailUncertain,
    "results.accounting.transferred.v1": results.InvoiceTransferred,
    "results.accounting.transfer_failed.v1": results.InvoiceTransferFailed,
    "results.accounting.uncertain.v1": results.InvoiceTransferUncertain,
    "events.invoice.created.v1": events.InvoiceCreated,
    "events.invoice.updated.v1": events.InvoiceUpdated,
    "events.invoice.emailed.v1": events.InvoiceEmailed,
    "events.invoice.finalized.v1": events.InvoiceFinalized,
    "events.invoice.transferred.v1": events.InvoiceTransferred,
    "events.invoice.credited.v1": events.InvoiceCredited,
    "events.invoice.deleted.v1": events.InvoiceDeleted,
}

CONTRACTS: dict[str, Contract] = {
    type_: Contract(type_, model, mandatory=not type_.startswith("events."))
    for type_, model in _TYPES.items()
}


class UnknownMessageType(LookupError):
    """No contract has this wire name."""

    def __init__(self, type_: str) -> None:
        super().__init__(f"no message contract is named {type_!r}")
        self.type = type_


def contract_of(type_: str) -> Contract:
    """The contract of a wire name.

    Raises:
        UnknownMessageType: there is none.
    """
    try:
        return CONTRACTS[type_]
    except KeyError:
        raise UnknownMessageType(type_) from None


def parse(type_: str, data: dict[str, object]) -> Wire:
    """The message in an envelope's `data`.

    Raises:
        UnknownMessageType: no contract has this name.
        pydantic.ValidationError: the data does not fit its contract.
    """
    return contract_of(type_).model.model_validate(data)
