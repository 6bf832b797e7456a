"""The sentence of each code, in French and in English. A code without a sentence is a defect (a test looks)."""

from decimal import Decimal

from services.invoice_service.domain.texts import Localized

_SENTENCES: dict[str, tuple[str, str]] = {
    # requests
    "not_found": ("{ref} : introuvable.", "{ref}: not found."),
    "forbidden": (
        "Ce rôle ne permet pas cette action ({needed} requis).",
        "This role may not do that ({needed} needed).",
    ),
    "unauthorized": ("Clé absente, inconnue ou expirée.", "The key is missing, unknown or expired."),
    "csrf_token_missing": (
        "Cette demande ne vient pas d'une page de Factures : rechargez la page.",
        "This request does not come from a page of Factures: reload the page.",
    ),
    "wrong_login": (
        "Adresse ou mot de passe incorrect.",
        "Wrong address or password.",
    ),
    "wrong_password": ("Ce n'est pas votre mot de passe.", "This is not your password."),
    "passwords_differ": (
        "Les deux mots de passe diffèrent.",
        "The two passwords differ.",
    ),
    "malformed": ("Le corps de la requête n'est pas du JSON.", "The body is not JSON."),
    "invalid": ("Valeur invalide.", "Invalid value."),
    "unknown_field": ("Champ inconnu.", "Unknown field."),
    "invalid_parameter": (
        "Valeur invalide dans l'adresse ou dans un en-tête.",
        "Invalid value in the address or in a header.",
    ),
    "unknown_parameter": ("Paramètre inconnu.", "Unknown parameter."),
    "period_reversed": ("La période finit avant de commencer.", "The period ends before it begins."),
    "too_many_rows": (
        "Le classeur aurait plus de {most} lignes. Précisez la période ou les filtres.",
        "The workbook would have more than {most} rows. Narrow the period or the filters.",
    ),
    "required": ("Champ obligatoire.", "This field is required."),
    "unknown_reference": ("{value} n'existe pas.", "{value} does not exist."),
    "version_required": ("L'en-tête If-Match est requis.", "The If-Match header is required."),
    "stale_version": (
        "La facture a changé depuis (version {current}, la vôtre : {based_on}).",
        "The invoice has changed since (version {current}, yours: {based_on}).",
    ),
    "idempotency_key_reused": (
        "Cette clé d'idempotence a servi pour une autre requête.",
        "This idempotency key was used for another request.",
    ),
    "idempotency_in_progress": (
        "La même requête est en cours de traitement.",
        "The same request is still being processed.",
    ),
    "rate_limited": (
        "Trop de requêtes : réessayez dans {seconds} s.",
        "Too many requests: try again in {seconds} s.",
    ),
    "too_slow": (
        "Le corps de la requête a mis trop de temps à arriver.",
        "The body took too long to arrive.",
    ),
    "not_http": ("La requête n'est pas du HTTP correct.", "The request is not correct HTTP."),
    "too_large": ("Le corps de la requête est trop grand.", "The body is too large."),
    "unsupported_media_type": ("Type de contenu non pris en charge.", "Unsupported content type."),
    "method_not_allowed": ("Méthode non permise.", "Method not allowed."),
    "unavailable": ("Momentanément indisponible, réessayez.", "Unavailable for the moment, try again."),
    "internal": ("Erreur interne.", "Internal error."),
    "conflicting_repeat": (
        "Un message de même identité et d'autre contenu a déjà été reçu.",
        "A message of the same identity with another content was received before.",
    ),
    "not_replayable": ("Ce message ne peut pas être rejoué.", "This message can't be replayed."),
    "check_running": (
        "Une vérification est déjà demandée ou en cours.",
        "A check is asked for or under way already.",
    ),
    "dead": ("Les tentatives sont épuisées.", "The attempts are exhausted."),
    # reference data
    "in_use": ("{ref} est utilisé et ne peut pas être supprimé.", "{ref} is in use and can't be deleted."),
    "code_taken": ("{value} existe déjà.", "{value} exists already."),
    "account_or_product_required": (
        "Un compte GL ou un produit est obligatoire.",
        "A GL account or a product is required.",
    ),
    "tax_differs": (
        "La taxe {tax} est partagée par d'autres codes et y est définie autrement.",
        "Tax {tax} is shared by other codes and is defined differently there.",
    ),
    "series_in_use": (
        "La séquence {prefix} ne peut pas reculer.",
        "Series {prefix} can't move backwards.",
    ),
    "reason_required": ("Une raison est obligatoire.", "A reason is required."),
    "prefix_taken": (
        "Avec le préfixe « {prefix} », un numéro pourrait exister deux fois.",
        "With prefix “{prefix}”, a number could exist twice.",
    ),
    "unknown_variable": ("{{{{{name}}}}} n'existe pas.", "{{{{{name}}}}} does not exist."),
    "duplicate": ("{value} s'y trouve deux fois.", "{value} is there twice."),
    "past": ("Cette date est passée.", "This date is past."),
    "price_twice": (
        "Un prix est unitaire ou total, pas les deux.",
        "A price is by unit or by total, not both.",
    ),
    "email_taken": ("Cette adresse est déjà prise.", "This address is taken."),
    "last_admin": (
        "Il doit rester un administrateur actif.",
        "One active administrator must remain.",
    ),
    # creating
    "job_not_launched": ("Le dossier {job} n'est pas encore lancé.", "Job {job} is not launched yet."),
    "job_cancelled": ("Le dossier {job} est annulé.", "Job {job} is cancelled."),
    "job_fully_billed": ("Le dossier {job} est entièrement facturé.", "Job {job} is fully billed."),
    "customer_not_billable": (
        "Le client {customer} est un prospect ou est inactif.",
        "Customer {customer} is a prospect or is inactive.",
    ),
    "other_payer": (
        "Le dossier {job} est payé par un autre client.",
        "Job {job} is paid by another customer.",
    ),
    "other_currency": (
        "Le dossier {job} est dans une autre devise.",
        "Job {job} is in another currency.",
    ),
    # editing
    "frozen": ("La facture {number} est finale.", "Invoice {number} is final."),
    "not_deletable": (
        "La facture {number} ne peut pas être supprimée.",
        "Invoice {number} can't be deleted.",
    ),
    "over_invoicing": (
        "Dossier {job} : {quantity} facturés pour {ordered} commandés.",
        "Job {job}: {quantity} billed for {ordered} ordered.",
    ),
    "over_credit": (
        "Le crédit dépasse ce qui reste à créditer.",
        "The credit exceeds what is left to credit.",
    ),
    "not_creditable": (
        "La facture {number} ne peut pas être créditée.",
        "Invoice {number} can't be credited.",
    ),
    "foreign_line": (
        "Cette ligne n'appartient pas à la facture créditée.",
        "This line does not belong to the credited invoice.",
    ),
    "customer_fixed": (
        "Le client ne change plus dès qu'une ligne vient d'un dossier.",
        "The customer is fixed once a line comes from a job.",
    ),
    "credit_fixed": (
        "Une note de crédit suit la facture créditée.",
        "A credit note follows the invoice that it credits.",
    ),
    "amount_too_large": ("Ce montant est trop grand.", "This amount is too large."),
    # finalize
    "incomplete": ("La facture {number} est incomplète.", "Invoice {number} is incomplete."),
    "tax_code_missing": ("Le code de taxes est manquant.", "The tax code is missing."),
    "tax_rate_missing": ("Aucun taux de {tax} à cette date.", "No rate of {tax} on that date."),
    "billing_contact_missing": ("Le contact de facturation est manquant.", "The billing contact is missing."),
    "no_priced_line": ("Aucune ligne n'a de prix.", "No line has a price."),
    "gl_account_missing": ("Le compte GL est manquant.", "The GL account is missing."),
    "receivable_account_missing": (
        "Le compte client (à recevoir) est manquant.",
        "The receivable account is missing.",
    ),
    "tax_account_missing": ("La taxe {tax} n'a pas de compte GL.", "Tax {tax} has no GL account."),
    "po_number_missing": ("Le client exige un numéro de commande.", "The customer requires a PO number."),
    "prospect": ("Le client est un prospect ou est inactif.", "The customer is a prospect or is inactive."),
    "period_locked": ("La période est verrouillée jusqu'au {until}.", "The period is locked until {until}."),
    "on_hold": ("La facture est en attente : {reason}", "The invoice is on hold: {reason}"),
    "negative_total": ("Le total est négatif.", "The total is negative."),
    "exchange_rate_missing": ("Le taux de change est manquant.", "The exchange rate is missing."),
    "credit_not_final": ("La note de crédit n'est pas encore finale.", "The credit note is not final yet."),
    # actions that are grey
    "already_final": ("La facture est déjà finale.", "The invoice is already final."),
    "not_final": ("La facture n'est pas finale.", "The invoice is not final."),
    "not_transferred": (
        "La facture n'est pas encore transférée à la comptabilité.",
        "The invoice is not transferred to accounting yet.",
    ),
    "is_credit_note": ("Une note de crédit ne se crédite pas.", "A credit note can't be credited."),
    "fully_credited": ("Tout est déjà crédité.", "Everything is credited already."),
    "email_under_way": ("Un courriel est en cours d'envoi.", "An e-mail is under way."),
    "nothing_to_retry": ("Rien à reprendre.", "There is nothing to retry."),
    "nothing_to_mark": ("Le transfert n'est pas en échec.", "The transfer has not failed."),
    "accountant_needed": ("Réservé au comptable.", "Reserved to an accountant."),
    "biller_needed": ("Réservé à la facturation.", "Reserved to billing."),
    "no_document": ("Le document n'est pas encore produit.", "The document is not made yet."),
    "rendering_failed": ("Le document n'a pas pu être produit.", "The document could not be made."),
    # batches
    "nothing_chosen": ("Choisissez au moins une facture.", "Choose at least one invoice."),
    "nothing_printed": (
        "Aucun document de ce lot n'a pu être produit.",
        "No document of this batch could be made.",
    ),
    "document_missing": (
        "Un document de ce lot n'est plus là.",
        "A document of this batch is not there any more.",
    ),
    # axes and warnings
    "no_connector": ("Aucun logiciel comptable n'est branché.", "No accounting software is connected."),
    "connector_paused": ("Le transfert est en pause.", "The transfer is paused."),
    "outbound_off": ("Les envois sont désactivés.", "Outbound is off."),
    "no_answer": ("Aucune réponse après {tries} relances.", "No answer, asked again {tries} times."),
    "restored": (
        "Restauré d'une sauvegarde : on ne sait pas si ce courriel est parti.",
        "Restored from a backup: whether this e-mail left is not known.",
    ),
    "backup_folder_taken": ("{folder} n'est pas vide.", "{folder} is not empty."),
    "backup_unfinished": (
        "{folder} n'est pas une sauvegarde complète : elle n'a pas de manifeste.",
        "{folder} is no whole backup: it has no manifest.",
    ),
    "backup_changed": (
        "La sauvegarde a changé depuis qu'elle a été faite : {file}.",
        "The backup has changed since it was made: {file}.",
    ),
    "restore_not_empty": (
        "Ce système n'est pas vide : {tables}.",
        "This system is not empty: {tables}.",
    ),
    "restore_other_version": (
        "La sauvegarde est d'une autre version que ce système ({migration}).",
        "The backup is of another version than this system ({migration}).",
    ),
    "partly": ("Un destinataire a été refusé.", "A recipient was refused."),
    "email_refused": ("Tous les destinataires ont été refusés.", "Every recipient was refused."),
    "email_uncertain": (
        "On ne sait pas si le courriel a été pris.",
        "It is not known whether the e-mail was taken.",
    ),
    "email_failed": ("Le courriel n'a pas pu être envoyé.", "The e-mail could not be sent."),
    "manual": ("Fermé à la main.", "Closed by hand."),
    "total_differs": (
        "Le total de la comptabilité diffère du nôtre.",
        "The total in accounting differs from ours.",
    ),
    "late_transfer_result": (
        "Une réponse de la comptabilité est arrivée après la fermeture du transfert.",
        "An answer of accounting came after the transfer was closed.",
    ),
    "transfer_failed": ("Le transfert a échoué.", "The transfer failed."),
    "not_attachable": (
        "Ce genre de fichier ne peut pas être joint.",
        "This kind of file can't be attached.",
    ),
    "email_too_large": (
        "Avec ces pièces jointes le courriel dépasserait {limit} Mo.",
        "With these attachments the e-mail would exceed {limit} MB.",
    ),
    "foreign_sender": (
        "{email} n'est ni une adresse de l'entreprise ni la vôtre.",
        "{email} is neither an address of the company nor your own.",
    ),
    "no_recipient": ("Aucun destinataire.", "No recipient."),
    "tax_code_unfit": (
        "Le code de taxes {tax_code} ne convient pas à la province {province}.",
        "Tax code {tax_code} does not fit province {province}.",
    ),
    "price_missing": ("Cette ligne n'a pas de prix.", "This line has no price."),
    "billing_contact_gone": (
        "Le contact de facturation n'est plus un contact actif du client.",
        "The billing contact is no longer an active contact of the customer.",
    ),
    "over_ordered": (
        "Dossier {job} : {quantity} facturés pour {ordered} commandés.",
        "Job {job}: {quantity} billed for {ordered} ordered.",
    ),
    "registration_number_missing": (
        "Le numéro d'enregistrement de {tax} est manquant.",
        "The registration number of {tax} is missing.",
    ),
}


def sentence(code: str, data: dict[str, object] | None = None) -> Localized:
    """The sentence of a code, filled with its data, decimals grouped (« 1 200 »); a code without one shows itself."""
    whole = _WITHOUT_DATA.get(code)
    if whole is not None:
        return whole
    fr, en = _SENTENCES.get(code, (code, code))
    known = data or {}
    return Localized(
        fr.format_map(_Absent(known, ("\N{NO-BREAK SPACE}", ","))), en.format_map(_Absent(known, (",", ".")))
    )


# Most say the same whatever the data: an answer of an invoice has five of them.
_WITHOUT_DATA = {
    code: Localized(fr, en) for code, (fr, en) in _SENTENCES.items() if not {"{", "}"} & set(fr + en)
}


def known_codes() -> frozenset[str]:
    """All codes that have a sentence."""
    return frozenset(_SENTENCES)


class _Absent(dict[str, object]):
    def __init__(self, data: dict[str, object], marks: tuple[str, str]) -> None:
        """`marks`: between thousands, and before decimals."""
        between, before = marks
        marked = str.maketrans({",": between, ".": before})
        super().__init__(
            {
                name: f"{value.normalize():,f}".translate(marked) if isinstance(value, Decimal) else value
                for name, value in data.items()
            }
        )

    def __missing__(self, key: str) -> str:
        return "—"
