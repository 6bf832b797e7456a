"""The words of what `verify` finds, by code, in both languages."""

from collections.abc import Mapping

from services.invoice_service.domain.texts import Localized

_L = Localized

FINDINGS: Mapping[str, Localized] = {
    "number_missing": _L(
        "aucune facture n'a ce numéro de la séquence {kind}",
        "no invoice has this number of the {kind} series",
    ),
    "lines_differ": _L(
        "les lignes font {lines}, le sous-total est {subtotal}",
        "lines sum to {lines}, sub-total is {subtotal}",
    ),
    "total_differs": _L("{subtotal} + {taxes} ne fait pas {total}", "{subtotal} + {taxes} is not {total}"),
    "tax_differs": _L("{base} x {rate} ne fait pas {amount}", "{base} x {rate} is not {amount}"),
    "snapshot_changed": _L("le contenu figé a changé", "the frozen snapshot has changed"),
    "snapshot_says": _L("le contenu figé dit {number}, {total}", "it says {number}, {total}"),
    "document_missing": _L("le document {key} manque", "document {key} is missing"),
    "document_changed": _L("le document {key} a changé", "document {key} has changed"),
    "booked_twice": _L("{entries} écritures", "{entries} entries"),
    "not_booked": _L("transférée, mais absente du grand livre", "transferred, but not in the ledger"),
    "booked_as": _L("inscrite sous {number}", "booked as {number}"),
    "booked_amount": _L("inscrite pour {booked}, est de {total}", "booked {booked}, is {total}"),
    "booked_unknown": _L(
        "inscrite, mais aucune finale n'a l'identité {id}", "booked, but no final has the id {id}"
    ),
    "unreadable": _L("illisible : {reason}", "unreadable: {reason}"),
    "chain_gap": _L("la chaîne va de {before} à {after}", "the chain goes from {before} to {after}"),
    "link_changed": _L("son maillon dans la chaîne a changé", "its link in the chain has changed"),
    "row_removed": _L("la ligne a été retirée", "the row was removed"),
    "row_changed": _L("la ligne a changé", "the row has changed"),
    "row_inserted": _L(
        "la ligne a été insérée parmi celles qui sont scellées", "the row was inserted among sealed ones"
    ),
    "other_chain": _L(
        "la chaîne n'est pas celle dont la tête a été gardée", "the chain is not the one whose head was kept"
    ),
    "chain_short": _L(
        "elle finit à {end} ; la tête qui a été gardée est à {kept}",
        "it ends at {end}; the head that was kept is at {kept}",
    ),
}


def finding_sentence(code: str, data: Mapping[str, str]) -> Localized:
    """What was found, in a sentence; a code without one (of another release) shows itself."""
    words = FINDINGS.get(code, _L(code, code))
    try:
        return _L(words.fr.format_map(data), words.en.format_map(data))
    except KeyError:
        return _L(code, code)
