"""Checks of the books that somebody asked for: one at a time, done beside everything else, their results kept."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.invoice_service.application.context import Context
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.verify import Finding, Report
from services.invoice_service.domain.errors import Conflict
from shared.identifiers import new_id

MOST_KEPT = 200
"""So many findings of a check are kept; how many there were is kept too."""


async def ask_for_check(uow: UnitOfWork, context: Context) -> None:
    """Ask for a check.

    Raises:
        Conflict: check_running: one was asked for, and has not ended.
    """
    check_id = new_id()
    if not await uow.book_checks.ask(check_id, context.actor.as_dict()):
        raise Conflict("check_running")
    await uow.audit.append(context, "asked", "book_check", str(check_id))


def kept(report: Report) -> dict[str, Any]:
    """A report as it is kept."""
    return {
        "finals": report.finals,
        "proformas": report.proformas,
        "documents": report.documents,
        "sealed": report.sealed,
        "ledger_entries": report.ledger_entries if report.ledger_compared else None,
        "found": len(report.findings),
        "findings": [
            {"check": one.check, "subject": one.subject, "code": one.code, "data": dict(one.data)}
            for one in report.findings[:MOST_KEPT]
        ],
    }


def booked_lines(lines: Iterable[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], tuple[Finding, ...]]:
    """Of an export of the ledger, what is booked; and as findings, what could not be read."""
    booked, unreadable = list[Mapping[str, Any]](), list[Finding]()
    for line in lines:
        if line["kind"] == "booked":
            booked.append(line)
        elif line["kind"] == "unreadable":
            said = {"reason": str(line["reason"])}
            unreadable.append(Finding("ledger", str(line["external_id"]), "unreadable", said))
    return booked, tuple(unreadable)


def with_findings(report: Report, findings: tuple[Finding, ...]) -> Report:
    """A report that found these too."""
    return replace(report, findings=(*findings, *report.findings))
