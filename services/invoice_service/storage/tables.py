"""The simple kinds of reference data as data: table, key, columns, and how their list is sorted and filtered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

import asyncpg

from services.invoice_service.application.listing import SortKey
from services.invoice_service.domain.reference import (
    EmailTemplate,
    EmailTexts,
    ExtraChargeCode,
    FormMessage,
    GlAccount,
    PaymentMethod,
    PaymentTerm,
    Product,
    R,
    SalesRep,
    Translation,
)
from services.invoice_service.domain.texts import Localized
from services.invoice_service.storage.lists import Expression, Listing


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record, and how it goes into the database and comes out again."""

    field: str
    sql: str
    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


def _as_dict(value: Localized | EmailTexts) -> dict[str, str]:
    return value.as_dict()


def _plain(name: str) -> Column:
    return Column(name, f'"{name}"')


def _localized(name: str) -> Column:
    return Column(name, f'"{name}"', _as_dict, lambda value: Localized(**value))


def _emails(name: str) -> Column:
    return Column(name, f'"{name}"', _as_dict, lambda value: EmailTexts(**value))


def _texts(name: str) -> Column:
    return Column(name, f'"{name}"', list, tuple)


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """Where the records of a kind live. The first column is the key."""

    record: type[R]
    name: str
    columns: tuple[Column, ...]
    sorts: Mapping[str, Expression] = field(default_factory=dict)
    search: str = ""
    has_active: bool = True
    conditions: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Column:
        """The column of the business code."""
        return self.columns[0]

    @property
    def column_names(self) -> str:
        """All columns, for a select."""
        return ", ".join(column.sql for column in self.columns)

    def values(self, record: R) -> list[Any]:
        """A record's values in the order of the columns."""
        return [column.write(getattr(record, column.field)) for column in self.columns]

    def build(self, row: asyncpg.Record) -> R:
        """The record of a row."""
        return self.record(
            **{column.field: column.read(row[column.sql.strip('"')]) for column in self.columns}
        )

    def listing(self) -> Listing:
        """How its list is read."""
        key = Expression(self.key.sql)
        return Listing(
            columns=self.column_names,
            source=self.name,
            key=key,
            sorts={self.key.sql.strip('"'): key, **self.sorts},
            default_sort=(SortKey(self.key.sql.strip('"')),),
            conditions={
                **({"active": "active = any({}::boolean[])"} if self.has_active else {}),
                **self.conditions,
            },
            search=self.search,
        )


_BY_DESCRIPTION = {"description": Expression("sort_key(description ->> 'fr')")}
_IN_DESCRIPTION = "code || ' ' || (description ->> 'fr') || ' ' || (description ->> 'en')"

GL_ACCOUNTS = Table(
    GlAccount,
    "gl_accounts",
    (_plain("number"), _plain("description"), _plain("category"), _plain("active")),
    {"description": Expression("sort_key(description)"), "category": Expression("category")},
    "number || ' ' || description",
    conditions={"category": "category = any({}::text[])"},
)
PRODUCTS = Table(
    Product,
    "products",
    (
        _plain("code"),
        _localized("description"),
        _plain("unit_price"),
        _plain("gl_account"),
        _plain("active"),
    ),
    _BY_DESCRIPTION,
    _IN_DESCRIPTION,
)
EXTRA_CHARGES = Table(
    ExtraChargeCode,
    "extra_charges",
    (
        _plain("code"),
        _localized("description"),
        _plain("unit_price"),
        _plain("gl_account"),
        _plain("product"),
        _plain("active"),
    ),
    _BY_DESCRIPTION,
    _IN_DESCRIPTION,
)
PAYMENT_TERMS = Table(
    PaymentTerm,
    "payment_terms",
    (
        _plain("code"),
        _localized("description"),
        _plain("days"),
        _plain("end_of_month"),
        _plain("on_delivery"),
        _plain("active"),
    ),
    {**_BY_DESCRIPTION, "days": Expression("days", "integer")},
    _IN_DESCRIPTION,
)
PAYMENT_METHODS = Table(
    PaymentMethod,
    "payment_methods",
    (_plain("code"), _localized("description"), _plain("active")),
    _BY_DESCRIPTION,
    _IN_DESCRIPTION,
)
SALES_REPS = Table(
    SalesRep,
    "sales_reps",
    (_plain("code"), _plain("name"), _plain("email"), _plain("active")),
    {"name": Expression("sort_key(name)")},
    "code || ' ' || name",
)
FORM_MESSAGES = Table(
    FormMessage,
    "form_messages",
    (_plain("code"), _localized("text"), _texts("on"), _plain("active")),
    {},
    "code || ' ' || (text ->> 'fr') || ' ' || (text ->> 'en')",
)
EMAIL_TEMPLATES = Table(
    EmailTemplate,
    "email_templates",
    (
        Column("of", "kind"),
        _emails("fr"),
        _emails("en"),
        _texts("cc"),
        _texts("bcc"),
        _plain("bcc_sender"),
    ),
    search="kind",
    has_active=False,
)
TRANSLATIONS = Table(
    Translation,
    "translations",
    (Column("label", "key"), _plain("fr"), _plain("en")),
    search="key || ' ' || fr || ' ' || en",
    has_active=False,
)

TABLES: tuple[Table[Any], ...] = (
    GL_ACCOUNTS,
    PRODUCTS,
    EXTRA_CHARGES,
    PAYMENT_TERMS,
    PAYMENT_METHODS,
    SALES_REPS,
    FORM_MESSAGES,
    EMAIL_TEMPLATES,
    TRANSLATIONS,
)
_BY_RECORD: dict[type, Table[Any]] = {table.record: table for table in TABLES}


def table_of(record: type[R]) -> Table[R]:
    """The table of a kind of record."""
    return _BY_RECORD[record]
