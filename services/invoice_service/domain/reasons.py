"""Why something failed, for a reader: our sentence of the code, then what the other side said, in its own words.

What a server or a program said is quoted as it is: whoever mends it looks for these very words.
"""

from services.invoice_service.domain.sentences import sentence
from services.invoice_service.domain.texts import Localized

_QUOTING: dict[str, tuple[str, str]] = {
    "refused": (
        "Le serveur de courriel a refusé l'envoi : « {said} »",
        "The mail server refused the e-mail: “{said}”",
    ),
    "attempts_exhausted": (
        "Les tentatives sont épuisées : « {said} »",
        "The attempts are exhausted: “{said}”",
    ),
    "no_answer": (
        "Aucune réponse n'est venue : « {said} »",
        "No answer came: “{said}”",
    ),
    "unavailable": (
        "Le logiciel comptable ne répond pas : « {said} »",
        "The accounting software does not answer: “{said}”",
    ),
    "account_missing": (
        "Un compte GL manque : « {said} »",
        "A GL account is missing: “{said}”",
    ),
    "invalid_currency": (
        "La comptabilité ne connaît pas cette devise : « {said} »",
        "Accounting does not know this currency: “{said}”",
    ),
    "invalid_date": (
        "La comptabilité n'accepte pas cette date : « {said} »",
        "Accounting does not accept this date: “{said}”",
    ),
    "invalid_text": (
        "Un texte ou un compte ne peut pas être inscrit en comptabilité : « {said} »",
        "A text or an account can't be written into the ledger: “{said}”",
    ),
    "ledger_unreadable": (
        "Le grand livre est illisible : « {said} »",
        "The ledger can't be read: “{said}”",
    ),
    "number_taken": (
        "Ce numéro est déjà pris en comptabilité : « {said} »",
        "This number is taken in accounting: “{said}”",
    ),
    "unbalanced": (
        "L'écriture n'est pas équilibrée : « {said} »",
        "The entry does not balance: “{said}”",
    ),
    "total_differs": (
        "Le total inscrit en comptabilité diffère : « {said} »",
        "The total in accounting differs: “{said}”",
    ),
    "conflicting_repeat": (
        "La comptabilité a déjà une autre écriture sous ce numéro : « {said} »",
        "Accounting has another entry under this number: “{said}”",
    ),
    "transfer_log_unavailable": (
        "Le registre des transferts est indisponible : « {said} »",
        "The log of transfers is unavailable: “{said}”",
    ),
    "document_missing": (
        "Le document joint est introuvable : « {said} »",
        "The attached document is not found: “{said}”",
    ),
    "document_changed": (
        "Le document joint n'est plus le même : « {said} »",
        "The attached document is no longer the same: “{said}”",
    ),
    "unsafe_header": (
        "Une adresse ou l'objet contient des caractères interdits : « {said} »",
        "An address or the subject holds forbidden characters: “{said}”",
    ),
    "bad_logo": (
        "Le logo ne peut pas être imprimé : « {said} »",
        "The logo can't be printed: “{said}”",
    ),
    "bad_columns": (
        "Les colonnes choisies ne peuvent pas être imprimées : « {said} »",
        "The chosen columns can't be printed: “{said}”",
    ),
    "bad_accent_colour": (
        "La couleur d'accent est invalide : « {said} »",
        "The accent colour is invalid: “{said}”",
    ),
    "bad_template": (
        "Le formulaire imprimé a un défaut : « {said} »",
        "The printed form has a fault: “{said}”",
    ),
    "unknown_template": (
        "Ce formulaire imprimé n'existe pas : « {said} »",
        "There is no such printed form: “{said}”",
    ),
    "render_failed": (
        "La mise en page a échoué : « {said} »",
        "The page could not be laid out: “{said}”",
    ),
    "render_timeout": (
        "La mise en page a pris trop de temps : « {said} »",
        "The layout took too long: “{said}”",
    ),
    "render_crashed": (
        "La mise en page s'est interrompue : « {said} »",
        "The layout broke off: “{said}”",
    ),
}


def told(code: str, said: str) -> Localized:
    """The reason of an axis or of an e-mail. What has no sentence that quotes is said by itself."""
    if not said:
        return sentence(code)
    if code not in _QUOTING:
        return Localized(said, said)
    fr, en = _QUOTING[code]
    return Localized(fr.format(said=said), en.format(said=said))
