"""Records that repositories hand over and that are nobody's aggregate."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from services.invoice_service.domain.actors import Role
from services.invoice_service.domain.job import Job
from services.invoice_service.domain.parties import PartyAddress
from services.invoice_service.domain.tax import Tax
from services.invoice_service.domain.texts import Language
from shared.contracts.values import Logo

SeriesKind = Literal["proforma", "final", "credit_note"]
SERIES_KINDS: tuple[SeriesKind, ...] = ("proforma", "final", "credit_note")


@dataclass(frozen=True, slots=True)
class BusinessEntity:
    """One of our issuing companies. `placeholder`: what a new system starts with, until one is declared.

    `logo` is a data URL; `logo_document` is where its bytes are kept, which `put_business_entity` fills in.
    """

    code: str
    name: str
    address: PartyAddress | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    gst_number: str | None = None
    qst_number: str | None = None
    logo: str | None = None
    logo_document: Logo | None = None
    is_default: bool = False
    active: bool = True
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """A counter of one entity. `used`: it has given a number, so it only moves forward."""

    business_entity: str
    kind: str
    prefix: str
    padding: int
    next_value: int = 1
    used: bool = False


@dataclass(frozen=True, slots=True)
class SkippedInterval:
    """Values that no document will ever have, and why."""

    business_entity: str
    kind: str
    first_value: int
    last_value: int
    reason: str


@dataclass(frozen=True, slots=True)
class StoredTax:
    """A tax as it is stored. `shipped`: as we shipped it. `shared`: another tax code charges it too."""

    tax: Tax
    shipped: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class BillingOfJob:
    """One invoice that bills a job, and how much of it."""

    number: str
    date: dt.date
    quantity: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with what billing made of it. `amount_waiting` is what is left to bill, before taxes."""

    job: Job
    invoices: tuple[BillingOfJob, ...]
    amount_waiting: Decimal


@dataclass(frozen=True, slots=True)
class JobChoice:
    """A job among others, for somebody who looks for the one to bill: `remaining` is what is left of `ordered`."""

    number: str
    title: str
    customer: str
    customer_name: str
    remaining: Decimal
    ordered: Decimal


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key without its secret; `hint` is its beginning, to tell it apart."""

    id: uuid.UUID
    name: str
    role: Role
    hint: str
    created_at: dt.datetime
    expires: dt.datetime | None = None
    revoked_at: dt.datetime | None = None

    def valid_at(self, instant: dt.datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires is None or instant < self.expires)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who logs in."""

    id: uuid.UUID
    email: str
    name: str
    role: Role
    created_at: dt.datetime
    language: Language | None = None
    active: bool = True

    @property
    def administers(self) -> bool:
        """Whether settings, users and keys are this person's to change."""
        return self.active and self.role is Role.ADMIN


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a caller prefers to see."""

    language: str | None = None
    theme: str | None = None


MOST_UNREAD = 100


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in to the pages: an active user, and what this person prefers to see.

    `unread`: notifications that this person has not read, counted up to `MOST_UNREAD`.
    """

    user: User
    preferences: Preferences
    created_at: dt.datetime
    seen_at: dt.datetime
    unread: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with what the password is checked against; None: nobody can log in with one."""

    user: User
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it is kept for a repeated request."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
