"""What messages about jobs may ask for, read ahead as one JSON value: each kind made once, for all of them."""

import dataclasses
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, cast

import asyncpg

from services.invoice_service.application.ports.together import Unforeseen
from services.invoice_service.domain.drafting import Drafting
from services.invoice_service.domain.invoice import OtherUse
from services.invoice_service.domain.parties import Customer
from services.invoice_service.domain.reference import ExtraChargeCode, GlAccount, Product, R
from services.invoice_service.domain.settings import ShopSettings
from services.invoice_service.storage.drafting_rows import customer_from, drafting_from, job_from
from services.invoice_service.storage.invoice_rows import other_use
from services.invoice_service.storage.tables import table_of


class ReadAhead:
    """What was read, and which jobs are locked, there or not."""

    def __init__(self, read: dict[str, Any], locked: frozenset[str]) -> None:
        self._read = read
        self.locked = locked
        self.known = {(source, message_id) for source, message_id in read["known"] or ()}
        self.customers = {row["code"]: customer_from(row) for row in read["customers"] or ()}
        self.jobs = {row["number"]: job_from(row) for row in read["jobs"] or ()}
        self.uses: dict[str, tuple[OtherUse, ...]] = {}
        for row in read["uses"] or ():
            self.uses[row["job"]] = (*self.uses.get(row["job"], ()), other_use(row))
        self._records: dict[type, Mapping[str, Any]] = {
            Product: self._built(Product, "products"),
            ExtraChargeCode: self._built(ExtraChargeCode, "charge_codes"),
        }
        self.codes: dict[str, Collection[str]] = {
            GlAccount.kind: set(read["accounts"] or ()),
            Product.kind: self._records[Product].keys(),
            ExtraChargeCode.kind: self._records[ExtraChargeCode].keys(),
        }
        self._draftings: dict[str, Drafting] = {}

    def _built(self, kind: type[R], name: str) -> Mapping[str, R]:
        # A row of JSON is read by its names, as one of the driver's is.
        records = (table_of(kind).build(cast("asyncpg.Record", row)) for row in self._read[name] or ())
        return {record.key: record for record in records}

    def records(self, kind: type[R]) -> Mapping[str, R]:
        """All that were read of a kind."""
        if kind not in self._records:
            raise Unforeseen(kind.__name__)
        return self._records[kind]

    @cached_property
    def _common(self) -> Drafting:
        if not self._read["customers"]:
            raise Unforeseen("a customer")
        someone = self._read["customers"][0]
        return drafting_from(
            self._read
            | {"customer": someone, "payer": someone, "accounts": [], "standing_in": [], "jobs": []}
        )

    @property
    def settings(self) -> ShopSettings:
        """The shop's settings."""
        return self._common.settings

    def drafting(self, customer: Customer) -> Drafting:
        """What invoices of a customer are made from; no jobs."""
        if customer.code not in self._draftings:
            payer = self.customers.get(customer.bill_to or customer.code)
            if payer is None:
                raise Unforeseen("a payer")
            self._draftings[customer.code] = dataclasses.replace(
                self._common,
                customer=customer,
                payer=payer,
                business_entity=customer.business_entity or self._default_entity,
            )
        return self._draftings[customer.code]

    @cached_property
    def _default_entity(self) -> str:
        entities = self._read["entities"] or ()
        return next((entity["code"] for entity in entities if entity["is_default"]), "")
