"""The repositories of reference data, together on one transaction."""

from services.invoice_service.application.ports.reference import (
    ApiKeyRepository,
    AuditTrail,
    BusinessEntityRepository,
    CustomerRepository,
    IdempotencyRepository,
    JobRepository,
    PreferencesRepository,
    ReferenceRepository,
    SeriesRepository,
    SessionRepository,
    SettingsRepository,
    TaxCodeRepository,
    UserRepository,
)
from services.invoice_service.storage.api_keys import PostgresApiKeys
from services.invoice_service.storage.audit import PostgresAudit
from services.invoice_service.storage.business_entities import PostgresBusinessEntities
from services.invoice_service.storage.customers import PostgresCustomers
from services.invoice_service.storage.idempotency import PostgresIdempotency
from services.invoice_service.storage.jobs import PostgresJobs
from services.invoice_service.storage.preferences import PostgresPreferences
from services.invoice_service.storage.reference import PostgresReference
from services.invoice_service.storage.series import PostgresSeries
from services.invoice_service.storage.sessions import PostgresSessions
from services.invoice_service.storage.settings import PostgresSettings
from services.invoice_service.storage.tax_codes import PostgresTaxCodes
from services.invoice_service.storage.unit_of_work import Transaction
from services.invoice_service.storage.users import PostgresUsers


class ReferenceRepositories:
    """See the port `ReferencePorts`."""

    def __init__(self, transaction: Transaction) -> None:
        self.customers: CustomerRepository = PostgresCustomers(transaction)
        self.jobs: JobRepository = PostgresJobs(transaction)
        self.reference: ReferenceRepository = PostgresReference(transaction)
        self.tax_codes: TaxCodeRepository = PostgresTaxCodes(transaction)
        self.business_entities: BusinessEntityRepository = PostgresBusinessEntities(transaction)
        self.settings: SettingsRepository = PostgresSettings(transaction)
        self.series: SeriesRepository = PostgresSeries(transaction)
        self.api_keys: ApiKeyRepository = PostgresApiKeys(transaction)
        self.users: UserRepository = PostgresUsers(transaction)
        self.sessions: SessionRepository = PostgresSessions(transaction)
        self.preferences: PreferencesRepository = PostgresPreferences(transaction)
        self.audit: AuditTrail = PostgresAudit(transaction)
        self.idempotency: IdempotencyRepository = PostgresIdempotency(transaction)
