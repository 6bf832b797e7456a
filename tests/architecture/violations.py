"""For each arrow between the packages, an import against it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """An import that a contract of pyproject.toml refuses, put at the end of a module (made when missing)."""

    contract: str
    module: str
    imports: str

    def __str__(self) -> str:
        return f"{self.module} imports {self.imports}"

    @property
    def name(self) -> str:
        """A name that can be a folder's."""
        return f"{self.contract}-{self.module}-{self.imports}"

    @property
    def file(self) -> str:
        """The module's file, seen from the root."""
        return self.module.replace(".", "/") + ".py"


_INVOICE = "services.invoice_service"

VIOLATIONS = (
    Violation("services-apart", "services.mailer.smtp", "services.accounting_sync.fingerprint"),
    Violation("services-apart", "services.render_service.handler", f"{_INVOICE}.domain.money"),
    Violation("services-apart", f"{_INVOICE}.domain.tax", "services.render_service.form"),
    Violation("services-apart", f"{_INVOICE}.composition", "services.standalone.account"),
    Violation("services-apart", "services.reporting", "json"),
    Violation("shared-below", "shared.runtime", "services.mailer.headers"),
    Violation("shared-below", "shared.contracts.values", f"{_INVOICE}.domain.money"),
    Violation("shared-order", "shared.contracts.envelope", "shared.identifiers"),
    Violation("shared-order", "shared.documents.store", "shared.bus.port"),
    Violation("shared-order", "shared.observability.health", "shared.settings"),
    Violation("shared-order", "shared.ubl.parties", "shared.documents.store"),
    Violation("shared-order", "shared.catch_all", "json"),
    Violation("contracts-pure", "shared.contracts.values", "structlog"),
    Violation("contracts-pure", "shared.contracts.registry", "pydantic_settings"),
    Violation("contracts-pure", "shared.ubl.elements", "babel"),
    Violation("ubl-deterministic", "shared.ubl.document", "time"),
    Violation("buses-chosen-at-start", "services.mailer.handler", "shared.bus.rabbitmq.publisher"),
    Violation("buses-chosen-at-start", f"{_INVOICE}.composition", "shared.bus.rabbitmq"),
    Violation("local-bus-standalone", "services.render_service.composition", "shared.bus.local"),
    Violation("invoice-layers", f"{_INVOICE}.domain.invoice", f"{_INVOICE}.application.finalize"),
    Violation("invoice-layers", f"{_INVOICE}.application.finalize", f"{_INVOICE}.storage.invoices"),
    Violation("invoice-layers", f"{_INVOICE}.application.finalize", f"{_INVOICE}.api.problems"),
    Violation("invoice-layers", f"{_INVOICE}.application.finalize", f"{_INVOICE}.settings"),
    Violation("invoice-layers", f"{_INVOICE}.api.invoices", f"{_INVOICE}.messaging.relay"),
    Violation("invoice-layers", f"{_INVOICE}.messaging.relay", f"{_INVOICE}.composition"),
    Violation("invoice-layers", f"{_INVOICE}.extras", "json"),
    Violation("invoice-layers", f"{_INVOICE}.api.invoices", f"{_INVOICE}.web.view"),
    Violation("invoice-ports", f"{_INVOICE}.application.ports.invoicing", f"{_INVOICE}.application.finalize"),
    Violation("invoice-storage", f"{_INVOICE}.storage.invoices", f"{_INVOICE}.application.finalize"),
    Violation("invoice-composition", f"{_INVOICE}.commands.books", f"{_INVOICE}.storage.outbox"),
    Violation("invoice-composition", f"{_INVOICE}.api.jobs", f"{_INVOICE}.storage.jobs"),
    Violation("invoice-sql", f"{_INVOICE}.api.jobs", "asyncpg"),
    Violation("invoice-sql", f"{_INVOICE}.messaging.relay", "shared.postgres.pool"),
    Violation("invoice-sql", f"{_INVOICE}.web.invoices", "asyncpg"),
    Violation("invoice-web", f"{_INVOICE}.web.invoices", f"{_INVOICE}.messaging.relay"),
    Violation("invoice-application", f"{_INVOICE}.application.send_email", "aiohttp"),
    Violation("invoice-domain", f"{_INVOICE}.domain.money", "pydantic"),
    Violation("invoice-domain", f"{_INVOICE}.domain.next_step", "shared.contracts.commands"),
    Violation("invoice-domain", f"{_INVOICE}.domain.numbering", "time"),
    Violation("render-light", "services.render_service.handler", "asyncpg"),
    Violation("render-light", "services.render_service.composition", "shared.postgres.pool"),
    Violation("mailer-light", "services.mailer.message", "jinja2"),
    Violation("accounting-light", "services.accounting_sync.check", "beancount"),
)
