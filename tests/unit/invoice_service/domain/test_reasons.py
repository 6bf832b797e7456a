"""What a worker said is told in the reader's language, and quoted."""

from services.invoice_service.domain.batch import BatchReason
from services.invoice_service.domain.reasons import told
from services.invoice_service.domain.texts import Localized


def test_our_sentence_comes_before_the_words_of_the_other_side() -> None:
    assert told("number_taken", "00012 {is} taken") == Localized(
        "Ce numéro est déjà pris en comptabilité : « 00012 {is} taken »",
        "This number is taken in accounting: “00012 {is} taken”",
    )


def test_a_code_without_a_sentence_that_quotes_leaves_the_words_alone() -> None:
    assert told("rejected", "compte fermé") == Localized("compte fermé", "compte fermé")


def test_without_words_our_own_sentence_stands_alone() -> None:
    assert told("email_uncertain", "").en == "It is not known whether the e-mail was taken."


def test_a_batch_tells_the_reason_of_a_mail_in_the_readers_language() -> None:
    assert BatchReason("refused", said="550 no such user").text("fr") == (
        "Le serveur de courriel a refusé l'envoi : « 550 no such user »"
    )
