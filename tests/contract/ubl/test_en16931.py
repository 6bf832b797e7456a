"""What EN 16931 refuses in our files, rule by rule, and why: nothing else, and nothing less.

Conformity is not claimed. The list is here so that a fault of ours does not hide among what can't be otherwise.
"""

from collections.abc import Mapping

import pytest

from shared.ubl.document import ubl_document
from tests.contract.ubl.documents import worked
from tests.contract.ubl.rules import Broken, broken_rules

# EN 16931 knows one tax, VAT. Ours are GST, QST, HST, PST, and are called by their names.
NOT_VAT = {
    "BR-CO-04": "a line's category is looked for under the scheme VAT",
    "BR-47": "so is the category of a tax's sum",
    "BR-48": "and its rate",
    "UBL-SR-13": "one tax number of the seller beside VAT's: ours has two",
}
TAXED = NOT_VAT | {
    "BR-CO-17": "amount = base x rate is computed with VAT's rate, which is none",
    "BR-S-02": "a standard rate wants a VAT number",
}
TWO_TAXES = TAXED | {"UBL-SR-48": "one tax category per line: ours has one per tax"}
UNTAXED = {
    "BR-CO-04": "why a line bears no tax is not known: no category is made up",
    "BR-CO-18": "nor a tax for a document without any",
    "UBL-SR-13": NOT_VAT["UBL-SR-13"],
    "UBL-SR-48": "one tax category per line: ours has none",
}
FATAL: Mapping[str, Mapping[str, str]] = {
    "quebec": TWO_TAXES,
    "hundred": TWO_TAXES,
    "credit-by-quantity": TWO_TAXES,
    "credit-by-amount": TWO_TAXES,
    "billed-elsewhere": TWO_TAXES,
    "british-columbia": TWO_TAXES | {"UBL-SR-42": "two tax numbers of the seller in all: ours has three"},
    "ontario": TAXED,
    "ontario-credit-by-amount": TAXED,
    "abroad": NOT_VAT,
    "pf-0005": UNTAXED,
}
# UBL has a place for these and EN 16931 has not: a reader who goes by it may leave them out.
WARNINGS = {
    "UBL-CR-005": "our own id of the document",
    "UBL-CR-174": "the name of a tax, beside the seller's number",
    "UBL-CR-175": "the code of that tax in UNTDID 5153",
    "UBL-CR-294": "the buyer, when another one pays",
    "UBL-CR-490": "the exchange rate",
    "UBL-CR-509": "the name of a tax, beside its sum",
    "UBL-CR-510": "its code in UNTDID 5153",
    "UBL-CR-528": "the order of a line, when the lines are of several orders",
    "UBL-CR-604": "the name of a tax, on a line",
    "UBL-CR-605": "its code in UNTDID 5153",
    "UBL-DT-19": "the list that this code is of",
    "UBL-DT-28": "and whose list it is",
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Broken]:
    contents = {name: ubl_document(snapshot) for name, snapshot in worked().items()}
    # One that is wrong, to see that the rules run: the total is not what the lines add up to.
    contents["wrong"] = contents["ontario"].replace(b">100.00</cbc:Tax", b">99.00</cbc:Tax")
    return broken_rules(contents, tmp_path_factory.mktemp("rules"))


def flagged(broken: Broken, flag: str) -> set[str]:
    return {rule for rule, how in broken.items() if how == flag}


@pytest.mark.parametrize("name", sorted(FATAL))
def test_the_rules_that_a_document_breaks_are_those_that_it_can_t_keep(
    name: str, broken: Mapping[str, Broken]
) -> None:
    assert flagged(broken[name], "fatal") == FATAL[name].keys()


def test_what_a_reader_may_leave_out_is_known(broken: Mapping[str, Broken]) -> None:
    found = set().union(*(flagged(broken[name], "warning") for name in FATAL))

    assert found == WARNINGS.keys()
    assert {flag for rules in broken.values() for flag in rules.values()} == {"fatal", "warning"}


def test_every_worked_document_is_looked_at() -> None:
    assert worked().keys() == FATAL.keys()


def test_a_sum_that_is_wrong_breaks_a_rule_more(broken: Mapping[str, Broken]) -> None:
    assert flagged(broken["wrong"], "fatal") - FATAL["ontario"].keys() >= {"BR-CO-13"}
