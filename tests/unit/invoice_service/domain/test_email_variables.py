from services.invoice_service.domain.email_variables import KNOWN, fill, unknown_variables


def test_known_names_are_filled_and_a_value_is_not_looked_through_again() -> None:
    values = {"NoFacture": "PF-0013", "NotreEntreprise": "{{NoFacture}} inc."}

    assert fill("{{NotreEntreprise}} {{ NoFacture }}", values) == "{{NoFacture}} inc. PF-0013"


def test_a_name_without_a_value_stays() -> None:
    assert fill("{{Total}} {NoFacture}", {"NoFacture": "1"}) == "{{Total}} {NoFacture}"


def test_unknown_names_are_found_once_in_their_order() -> None:
    assert unknown_variables("{{Nom}} {{NoFacture}} {{ a+b }} {{Nom}} {{}}") == ("Nom", "a+b", "")


def test_all_known_names_are_known() -> None:
    assert unknown_variables(" ".join(f"{{{{{name}}}}}" for name in KNOWN)) == ()
