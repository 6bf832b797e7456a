"""The words of the journal: of each action, each field and each value that the audit trail of an invoice holds."""

from collections.abc import Mapping

from services.invoice_service.domain.texts import Localized

_L = Localized

ACTIONS: Mapping[str, Localized] = {
    "invoice.created": _L("Créée sous le numéro {number}", "Created under number {number}"),
    "invoice.edited": _L("Modifiée", "Edited"),
    "invoice.refreshed": _L(
        "Mise à jour d'après les fiches et les paramètres",
        "Brought up to date with the reference data and settings",
    ),
    "invoice.finalized": _L("Finalisée sous le numéro {number}", "Made final under number {number}"),
    "invoice.deleted": _L("Supprimée", "Deleted"),
    "invoice.transferred": _L(
        "Transférée à la comptabilité : {reference}", "Transferred to accounting: {reference}"
    ),
    "line.added": _L("Ligne {line} ajoutée : {description}", "Line {line} added: {description}"),
    "line.duplicated": _L("Ligne {line} dupliquée : {description}", "Line {line} duplicated: {description}"),
    "line.restored": _L("Ligne {line} remise : {description}", "Line {line} put back: {description}"),
    "line.edited": _L("Ligne {line} modifiée", "Line {line} edited"),
    "line.removed": _L("Ligne {line} retirée : {description}", "Line {line} removed: {description}"),
    "lines.ordered": _L("Lignes remises en ordre", "Lines put in another order"),
    "render.failed": _L("Le PDF n'a pas pu être produit", "The PDF could not be made"),
    "render.retried": _L("PDF demandé de nouveau", "PDF asked for again"),
    "step.asked_again": _L("Pas de réponse : demandé une nouvelle fois", "No answer: asked for once more"),
    "email.prepared": _L("Courriel préparé pour {to}", "E-mail prepared for {to}"),
    "email.resent": _L("Courriel envoyé de nouveau à {to}", "E-mail sent again to {to}"),
    "email.sent": _L("Courriel envoyé à {to}", "E-mail sent to {to}"),
    "email.partly": _L(
        "Courriel envoyé à {to}, mais pas à tous les destinataires",
        "E-mail sent to {to}, but not to every recipient",
    ),
    "email.refused": _L("Courriel refusé : {to}", "E-mail refused: {to}"),
    "email.uncertain": _L(
        "On ne sait pas si le courriel a été pris : {to}",
        "It is not known whether the e-mail was taken: {to}",
    ),
    "transfer.failed": _L("Le transfert à la comptabilité a échoué", "The transfer to accounting failed"),
    "transfer.uncertain": _L(
        "On ne sait pas si la comptabilité a pris la facture",
        "It is not known whether accounting took the invoice",
    ),
    "transfer.retried": _L("Transfert demandé de nouveau", "Transfer asked for again"),
    "transfer.marked": _L("Transfert fermé à la main : {reason}", "Transfer closed by hand: {reason}"),
    "transfer.late_result": _L(
        "Réponse tardive de la comptabilité : {result}", "Late answer of accounting: {result}"
    ),
}

FIELDS: Mapping[str, Localized] = {
    "proforma_number": _L("Numéro de proforma", "Pro forma number"),
    "final_number": _L("Numéro final", "Final number"),
    "customer": _L("Client", "Customer"),
    "payer": _L("Facturé à (code)", "Billed to (code)"),
    "status": _L("Statut", "Status"),
    "date": _L("Date", "Date"),
    "due_date": _L("Échéance", "Due date"),
    "business_entity": _L("Entité commerciale", "Business entity"),
    "ship_to": _L("Adresse d'expédition", "Shipping address"),
    "billing_contact": _L("Contact de facturation", "Billing contact"),
    "tax_code": _L("Code de taxes", "Tax code"),
    "payment_term": _L("Terme", "Payment term"),
    "payment_method": _L("Mode de paiement", "Payment method"),
    "sales_rep": _L("Représentant", "Sales rep"),
    "receivable_account": _L("Compte client", "Receivable account"),
    "currency": _L("Devise", "Currency"),
    "exchange_rate": _L("Taux de change", "Exchange rate"),
    "language": _L("Langue", "Language"),
    "message": _L("Message", "Message"),
    "note": _L("Note interne", "Internal note"),
    "hold": _L("En attente", "On hold"),
    "credit_reason": _L("Raison du crédit", "Reason of the credit"),
    "manual": _L("Valeurs saisies à la main", "Values typed by hand"),
    "subtotal": _L("Sous-total", "Sub-total"),
    "total": _L("Total", "Total"),
    "taxes": _L("Taxe {code}", "Tax {code}"),
    "sold_to.name": _L("Vendu à, nom", "Sold to, name"),
    "sold_to.address": _L("Vendu à, adresse", "Sold to, address"),
    "bill_to.name": _L("Facturé à, nom", "Billed to, name"),
    "bill_to.address": _L("Facturé à, adresse", "Billed to, address"),
    "ship_to.name": _L("Expédié à, nom", "Shipped to, name"),
    "ship_to.address": _L("Expédié à, adresse", "Shipped to, address"),
    "billing_contact.name": _L("Nom du contact", "Name of the contact"),
    "billing_contact.salutation": _L("Salutation du contact", "Salutation of the contact"),
    "billing_contact.email": _L("Courriel du contact", "E-mail of the contact"),
    "rendering": _L("PDF", "PDF"),
    "email": _L("Courriel", "E-mail"),
    "to": _L("Destinataires", "Recipients"),
    "transfer": _L("Transfert", "Transfer"),
    "transfer.external_id": _L("Référence en comptabilité", "Reference in accounting"),
    "transfer.reason": _L("Raison", "Reason"),
    "step": _L("Étape", "Step"),
    "result": _L("Réponse", "Answer"),
}

LINE_FIELDS: Mapping[str, Localized] = {
    "kind": _L("Genre", "Kind"),
    "description": _L("Description", "Description"),
    "job": _L("Dossier", "Job"),
    "extra_charge": _L("Frais extra", "Extra charge"),
    "product": _L("Produit", "Product"),
    "gl_account": _L("Compte GL", "GL account"),
    "po_number": _L("Commande #", "PO number"),
    "ordered_quantity": _L("Qté commandée", "Ordered quantity"),
    "quantity": _L("Qté facturée", "Billed quantity"),
    "unit_price": _L("Prix unitaire", "Unit price"),
    "total_price": _L("Prix total", "Total price"),
    "tax_code": _L("Code de taxes", "Tax code"),
    "total": _L("Total de la ligne", "Line total"),
    "release_quantity": _L("Quantité de nouveau à facturer", "Quantity to bill again"),
    "manual": _L("Valeurs saisies à la main", "Values typed by hand"),
}

LINE = _L("Ligne {line}", "Line {line}")
EMPTY = _L("vide", "empty")
CHANGED = _L("{field} : modifié", "{field}: changed")
YES = _L("oui", "yes")
NO = _L("non", "no")

STATUSES: Mapping[str, Localized] = {
    "proforma_draft": _L("Proforma - en préparation", "Pro forma - in preparation"),
    "proforma_sent": _L("Proforma - envoyée", "Pro forma - sent"),
    "final_ready": _L("Finale - prête pour envoi", "Final - ready to send"),
    "final_sent": _L("Finale - envoyée", "Final - sent"),
}
LANGUAGES: Mapping[str, Localized] = {
    "fr": _L("français", "French"),
    "en": _L("anglais", "English"),
}
KINDS: Mapping[str, Localized] = {
    "job": _L("dossier", "job"),
    "product": _L("produit", "product"),
    "gl": _L("GL", "GL"),
    "extra_charge": _L("frais extra", "extra charge"),
    "text": _L("texte", "text"),
}
STEPS: Mapping[str, Localized] = {
    "rendering": _L("PDF", "PDF"),
    "email": _L("courriel", "e-mail"),
    "transfer": _L("transfert", "transfer"),
}
STATES: Mapping[str, Localized] = {
    "none": _L("rien encore", "nothing yet"),
    "pending": _L("en cours", "under way"),
    "succeeded": _L("réussi", "done"),
    "failed": _L("échoué", "failed"),
    "uncertain": _L("incertain", "uncertain"),
    "prepared": _L("préparé", "prepared"),
    "sending": _L("en cours d'envoi", "on its way"),
    "sent": _L("envoyé", "sent"),
    "partly": _L("envoyé en partie", "sent in part"),
    "refused": _L("refusé", "refused"),
}
