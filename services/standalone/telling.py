"""The story's words, in French and in English, and its figures as the shop would read them."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.invoice_service.application.wording import money

_SENTENCES = {
    "shop": (
        "La boutique est prête : comptes, taxes, entité commerciale, client {customer}",
        "The shop is set up: accounts, taxes, business entity, customer {customer}",
    ),
    "completed": (
        "La production termine le dossier {job} : la proforma {number} se crée d'elle-même.",
        "Production completes job {job}: pro forma {number} is made by itself.",
    ),
    "edited": (
        "Elle est modifiée : commande PO-12154, et la livraison n'est pas facturée cette fois.",
        "It is edited: PO number PO-12154, and delivery is not billed this time.",
    ),
    "previewed": ("La proforma est visualisée : {file}.", "The pro forma is previewed: {file}."),
    "emailed": (
        "Elle est envoyée par courriel et acceptée ({mails} message) : {status}.",
        "It is e-mailed and accepted ({mails} message): {status}.",
    ),
    "finalized": (
        "La facture finale {number} est produite : numéro sans trou, contenu figé.",
        "Final invoice {number} is made: a number without gap, content frozen.",
    ),
    "transferred": (
        "Elle est transférée à la comptabilité ({entry}) : {status}.",
        "It is transferred to accounting ({entry}): {status}.",
    ),
    "sent": (
        "La finale est envoyée à son tour ({mails} messages en tout).",
        "The final is e-mailed in turn ({mails} messages in all).",
    ),
    "verified": (
        "Vérifié : numéros, totaux, documents, une écriture égale au grand livre{bean_check}.",
        "Verified: numbers, totals, documents, one equal entry in the ledger{bean_check}.",
    ),
}
_STATUSES = {
    "proforma_draft": ("Proforma - en préparation", "Pro forma - in preparation"),
    "proforma_sent": ("Proforma - envoyée", "Pro forma - sent"),
    "final_ready": ("Finale - prête pour envoi", "Final - ready to send"),
    "final_sent": ("Finale - envoyée", "Final - sent"),
}
_SUBTOTAL = ("Sous-total", "Sub-total")
_AGREES = (" ; bean-check est d'accord", "; bean-check agrees")
_LEFT = (
    "Terminé en {seconds:.1f} s. Dans {output} : les PDF, mail/ (courriels), ledger/ (grand livre).",
    "Done in {seconds:.1f} s. In {output}: the PDFs, mail/ (e-mails), ledger/ (the ledger).",
)
_FAILED = ("ÉCHEC : {what}", "FAILED: {what}")


class Teller:
    """Prints the steps of the story in one language."""

    def __init__(self, language: str) -> None:
        self._index = 0 if language == "fr" else 1
        self._language = language
        self._count = 0

    def step(self, name: str, *, invoice: dict[str, Any] | None = None, **values: object) -> None:
        """One step that was verified, with the totals of its invoice."""
        self._count += 1
        if invoice is not None:
            values |= {"number": invoice["number"], "status": _STATUSES[invoice["status"]][self._index]}
        if "bean_check" in values:
            values["bean_check"] = _AGREES[self._index] if values["bean_check"] else ""
        self._say(f"{self._count}. {_SENTENCES[name][self._index].format(**values)}")
        if invoice is not None:
            self._say("   " + self._totals(invoice))

    def failed(self, what: str) -> None:
        """The step that went wrong."""
        self._say(_FAILED[self._index].format(what=what))

    def ended(self, output: Path, seconds: float) -> None:
        """Where everything is."""
        self._say(_LEFT[self._index].format(output=output, seconds=seconds))

    def _totals(self, invoice: dict[str, Any]) -> str:
        parts = [f"{_SUBTOTAL[self._index]} {self._money(invoice['subtotal'], invoice)}"]
        parts += [
            f"{tax['name'][self._language]} {self._money(tax['amount'], invoice)}" for tax in invoice["taxes"]
        ]
        parts.append(f"Total {self._money(invoice['total'], invoice)}")
        return " · ".join(parts)

    def _money(self, amount: str, invoice: dict[str, Any]) -> str:
        return money(Decimal(amount), invoice["currency"], "fr" if self._index == 0 else "en")

    def _say(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
