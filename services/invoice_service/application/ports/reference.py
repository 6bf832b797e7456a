"""The ports of reference data, settings, series, keys and the audit trail.

Repositories neither commit nor decide. `lock=True` keeps the row until the end of the transaction and reads it
after the lock was granted.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery, Page
from services.invoice_service.application.records import (
    ApiKey,
    BusinessEntity,
    Credentials,
    JobChoice,
    JobView,
    KeptAnswer,
    NumberSeries,
    Preferences,
    Session,
    SkippedInterval,
    StoredTax,
    User,
)
from services.invoice_service.domain.changes import Change
from services.invoice_service.domain.job import ExtraCharge, Job
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import R
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.domain.tax import TaxCode


class ReferenceRepository(Protocol):
    """The simple kinds: GL accounts, products, terms, methods, sales reps, messages, templates, translations."""

    async def get(self, kind: type[R], code: str, *, lock: bool = False) -> R | None:
        """The record of this code."""

    async def get_many(self, kind: type[R], codes: Collection[str]) -> Mapping[str, R]:
        """The records of these codes, by code; unknown ones are left out."""

    async def page(self, kind: type[R], query: ListQuery) -> Page[R]:
        """One page of the list of a kind."""

    async def first(self, kind: type[R], query: ListQuery) -> tuple[R, ...]:
        """The first of a list, without counting it: what is suggested while one types."""

    async def all(self, kind: type[R]) -> tuple[R, ...]:
        """Every record of a kind, by code: for kinds of which a shop has few."""

    async def insert(self, record: R) -> bool:
        """Add a record. False when its code was taken meanwhile."""

    async def update(self, record: R) -> None:
        """Replace the record of the same code."""

    async def delete(self, kind: type[R], code: str) -> None:
        """Delete a record.

        Raises:
            Conflict: in_use.
        """

    async def existing(self, wanted: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Which of these (kind, code) exist, any kind of reference data, in one round trip."""


class CustomerRepository(Protocol):
    """Customers, with their addresses and contacts."""

    async def get(self, code: str, *, lock: bool = False) -> Customer | None:
        """The customer of this code."""

    async def page(self, query: ListQuery) -> Page[Customer]:
        """One page of the list."""

    async def choices(self, query: ListQuery) -> Mapping[str, str]:
        """The first of the list, in its order: names by code."""

    async def name(self, code: str) -> str | None:
        """The name of the customer of this code."""

    async def insert(self, customer: Customer, at: dt.datetime) -> bool:
        """Add a customer. False when its code was taken meanwhile."""

    async def update(self, customer: Customer, at: dt.datetime) -> None:
        """Replace the customer of the same code."""


class JobRepository(Protocol):
    """Production jobs, with their extra charges and how much of them is billed."""

    async def get(self, number: str, *, lock: bool = False) -> Job | None:
        """The job; what is billed is counted after the lock was granted."""

    async def view(self, number: str) -> JobView | None:
        """The job with the invoices that bill it."""

    async def page(self, query: ListQuery) -> Page[JobView]:
        """One page of the list, its jobs whole."""

    async def choices(self, query: ListQuery) -> tuple[JobChoice, ...]:
        """The first of the list, of each job what tells it from others."""

    async def insert(self, job: Job, at: dt.datetime) -> bool:
        """Add a job with its extra charges. False when its number was taken meanwhile."""

    async def update(self, job: Job, at: dt.datetime) -> None:
        """Replace a job and its extra charges, in this order; all but `auto_draft_remaining` and what is billed.

        Raises:
            Conflict: in_use: an extra charge that is to go stands on an invoice.
        """

    async def note_auto_draft(self, number: str, remaining: Decimal, invoice_id: uuid.UUID) -> None:
        """Record which pro forma was prepared by itself, and what remained after it."""

    async def put_extra_charge(self, number: str, charge: ExtraCharge) -> None:
        """Add an extra charge behind the others, or replace it where it stands."""

    async def delete_extra_charge(self, number: str, charge_id: str) -> None:
        """Delete an extra charge.

        Raises:
            Conflict: in_use: it stands on an invoice.
        """


class TaxCodeRepository(Protocol):
    """Tax codes, and the taxes that they share."""

    async def get(self, code: str) -> TaxCode | None:
        """The tax code, with its taxes."""

    async def all(self) -> tuple[TaxCode, ...]:
        """Every tax code, by code."""

    async def page(self, query: ListQuery) -> Page[TaxCode]:
        """One page of the list."""

    async def lock(self) -> None:
        """Keep other changes of tax codes and taxes out until the end of the transaction."""

    async def stored_taxes(self, codes: Collection[str], *, but_of: str) -> Mapping[str, StoredTax]:
        """The taxes of these codes, and whether a tax code other than `but_of` charges each."""

    async def put_tax(self, tax: StoredTax) -> None:
        """Add or replace a tax."""

    async def put(self, tax_code: TaxCode) -> None:
        """Add or replace a tax code and which taxes it charges; a default takes the flag of its province."""

    async def delete(self, code: str) -> None:
        """Delete a tax code.

        Raises:
            Conflict: in_use.
        """

    async def drop_unused_taxes(self) -> None:
        """Delete the taxes that no tax code charges any more."""


class BusinessEntityRepository(Protocol):
    """Our issuing companies."""

    async def get(self, code: str) -> BusinessEntity | None:
        """The entity of this code."""

    async def all(self, *, lock: bool = False) -> tuple[BusinessEntity, ...]:
        """Every entity, by code. With `lock`, nobody else changes the set until the end of the transaction."""

    async def page(self, query: ListQuery) -> Page[BusinessEntity]:
        """One page of the list."""

    async def insert(self, entity: BusinessEntity) -> None:
        """Add an entity; when it is the default one, take the flag from the other first."""

    async def replace(self, code: str, entity: BusinessEntity) -> None:
        """Replace the entity `code` by this one, which may have another code; its series stay with it."""

    async def delete(self, code: str) -> None:
        """Delete an entity and its series.

        Raises:
            Conflict: in_use.
        """


class SettingsRepository(Protocol):
    """The shop's settings."""

    async def get(self, *, lock: bool = False) -> ShopSettings:
        """The settings; what the shop never set has its default."""

    async def put(self, values: Mapping[str, Any]) -> None:
        """Set these settings (plain data), leave the others."""


class SeriesRepository(Protocol):
    """Number series. `take_number` (SQL) is what counts; here they are only looked at and set."""

    async def get(self, business_entity: str, kind: str, *, lock: bool = False) -> NumberSeries | None:
        """One series."""

    async def all(self, *, lock: bool = False) -> tuple[NumberSeries, ...]:
        """Every series. With `lock`, also keeps new ones out until the end of the transaction."""

    async def add(self, series: NumberSeries) -> None:
        """Add the series of a new entity."""

    async def update(self, series: NumberSeries) -> None:
        """Set prefix, padding and next value."""

    async def record_skipped(self, skipped: SkippedInterval, context: Context) -> None:
        """Record an interval that was skipped on purpose."""

    async def issued_with_prefix(self, prefix: str) -> bool:
        """Whether an invoice has a number that is `prefix` followed by digits only."""


class ApiKeyRepository(Protocol):
    """API keys; only their SHA-256 is kept."""

    async def find(self, sha256: str) -> ApiKey | None:
        """The key of this hash, revoked or not."""

    async def get(self, key_id: uuid.UUID, *, lock: bool = False) -> ApiKey | None:
        """The key of this id, revoked or not."""

    async def page(self, query: ListQuery) -> Page[ApiKey]:
        """One page of the keys that are not revoked."""

    async def insert(self, key: ApiKey, sha256: str) -> None:
        """Add a key."""

    async def revoke(self, key_id: uuid.UUID, at: dt.datetime) -> None:
        """Revoke a key."""


class UserRepository(Protocol):
    """People who log in."""

    async def get(self, user_id: uuid.UUID, *, lock: bool = False) -> User | None: ...  # noqa: D102 - as above
    async def page(self, query: ListQuery) -> Page[User]: ...  # noqa: D102 - as above
    async def by_email(self, email: str) -> Credentials | None:
        """The user of this address, whatever its case, with the hash of the password."""

    async def another_admin(self, user_id: uuid.UUID) -> bool:
        """Whether somebody else administers; who does can't be changed until the end of the transaction."""
        ...

    async def insert(self, user: User, password_hash: str | None) -> bool:
        """Add a user. False when the address is taken."""
        ...

    async def update(self, user: User, password_hash: str | None) -> bool:
        """Replace a user; None leaves the password. False when the address is somebody else's."""
        ...

    async def delete(self, user_id: uuid.UUID) -> None:
        """Delete a user."""
        ...


class SessionRepository(Protocol):
    """Who is logged in to the pages; tokens only as their SHA-256."""

    async def find(self, sha256: str) -> Session | None:
        """The session of this hash, however old, of an active user."""

    async def start(self, sha256: str, user_id: uuid.UUID, at: dt.datetime) -> None:
        """Add a session."""

    async def touch(self, sha256: str, at: dt.datetime) -> None:
        """Note that somebody was there."""

    async def end(self, sha256: str) -> None:
        """Forget a session."""

    async def end_all_of(self, user_id: uuid.UUID) -> None:
        """Forget every session of a user."""

    async def end_before(self, *, created: dt.datetime, seen: dt.datetime) -> None:
        """Forget every session that is older than that, or in which nobody was there since."""


class PreferencesRepository(Protocol):
    """What each caller prefers to see."""

    async def get(self, actor: str) -> Preferences:
        """The preferences of a caller; those of a new one are empty."""

    async def put(self, actor: str, preferences: Preferences) -> None:
        """Replace the preferences of a caller."""


class AuditTrail(Protocol):
    """Append-only."""

    async def append(
        self, context: Context, action: str, subject_kind: str, subject: str, changes: Iterable[Change] = ()
    ) -> None:
        """Write one row: who did what to which thing, and what changed."""


class IdempotencyRepository(Protocol):
    """Answers kept for 24 hours, so that a repeated request has no second effect."""

    async def claim(self, caller: str, key: str, fingerprint: str) -> KeptAnswer | None:
        """Claim a key for this transaction; the answer that is kept under it, if there is one.

        Raises:
            Conflict: idempotency_in_progress.
            Invalid: idempotency_key_reused.
        """

    async def kept(self, caller: str, keys: Collection[str]) -> Mapping[str, KeptAnswer]:
        """What is kept under these keys, none of them claimed: for whom another lock keeps alone with them."""

    async def keep(self, caller: str, key: str, fingerprint: str, answer: KeptAnswer) -> None:
        """Keep an answer under a claimed key, and forget some of those that are too old."""


class ReferencePorts(Protocol):
    """What this module's use cases need of a unit of work."""

    customers: CustomerRepository
    jobs: JobRepository
    reference: ReferenceRepository
    tax_codes: TaxCodeRepository
    business_entities: BusinessEntityRepository
    settings: SettingsRepository
    series: SeriesRepository
    api_keys: ApiKeyRepository
    users: UserRepository
    sessions: SessionRepository
    preferences: PreferencesRepository
    audit: AuditTrail
    idempotency: IdempotencyRepository
