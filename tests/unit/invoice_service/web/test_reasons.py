"""What a worker said is told in the reader's language, and quoted."""

import pytest

from services.invoice_service.domain.texts import Language
from services.invoice_service.web.reasons import reason_text
from services.invoice_service.web.words import words_in


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "Ce numéro est déjà pris en comptabilité : « 00012 is taken »"),
        ("en", "This number is taken in accounting: “00012 is taken”"),
    ],
)
def test_our_sentence_comes_before_the_words_of_the_other_side(language: Language, told: str) -> None:
    assert reason_text({"code": "number_taken", "message": "00012 is taken"}, words_in(language)) == told


def test_a_reason_that_only_we_give_stands_alone() -> None:
    reason = {"code": "no_connector", "message": "Aucun logiciel comptable n'est branché."}
    assert reason_text(reason, words_in("fr")) == reason["message"]
