"""Tax codes with their dated rates, and the templates of e-mails, without a script."""

import pytest

from services.invoice_service.domain.email_variables import KNOWN
from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People

pytestmark = pytest.mark.asyncio(loop_scope="module")

TAXES = "/settings/tax-codes"
FINAL = "/settings/email-templates/final"


async def test_a_rate_is_added_from_a_date(shop: Shop, people: People) -> None:
    accountant, at = await people.the("accountant"), f"{TAXES}/NS"
    seen = await accountant.get(at)
    assert seen.says("Du 2010-07-01 au 2025-03-31 : 15 %")
    assert seen.says("Depuis le 2025-04-01 : 14 %")
    row = {"taxes.0.rates.2.from": "2030-01-01", "taxes.0.rates.2.rate": "12,5 %"}
    seen = await accountant.send(seen, at, **row)
    assert seen.says("NS est enregistré.")
    assert seen.says("Depuis le 2030-01-01 : 12,5 %")
    (tax,) = expect(await shop.api.get("/tax-codes/NS"), 200)["taxes"]
    assert tax["rates"][-1] == {"from": "2030-01-01", "rate": "0.125"}
    # A rate that is emptied goes.
    seen = await accountant.send(seen, at, **dict.fromkeys(row, ""))
    assert len(expect(await shop.api.get("/tax-codes/NS"), 200)["taxes"][0]["rates"]) == 2
    listed = await accountant.get(TAXES)
    assert listed.says("TPS 5 % · TVQ 9,975 %")


async def test_a_tax_that_other_codes_share_is_not_another_one_here(shop: Shop, people: People) -> None:
    accountant = await people.the("accountant")
    add = f"{TAXES}?add=1"
    fields = {
        "code": "X1",
        "description": "Essai",
        "taxes.1.code": "TPS",
        "taxes.1.name.fr": "TPS",
        "taxes.1.name.en": "GST",
        "taxes.1.rates.0.from": "2008-01-01",
        "taxes.1.rates.0.rate": "5",
    }
    seen = await accountant.send(await accountant.get(add), add, **fields)
    assert seen.says("X1 est enregistré."), seen.text
    # Two codes define it by now, not as it was shipped any more.
    seen = await accountant.send(
        await accountant.get(f"{TAXES}/X1"), f"{TAXES}/X1", **{"taxes.0.name.fr": "TPS!"}
    )
    assert (seen.status, seen.says("La taxe TPS est partagée par d'autres codes")) == (422, True)
    assert seen.says("ajoutez un taux à partir d'une date")
    assert seen.one("//*[@name='taxes.0.name.fr']").value == "TPS!"
    wrong = {"taxes.0.name.fr": "TPS", "taxes.0.rates.0.rate": "cinq", "taxes.0.gl_account": "9999"}
    seen = await accountant.send(seen, f"{TAXES}/X1", **wrong)
    assert [one.get("name") for one in seen.all("//*[@aria-invalid='true']")] == ["taxes.0.rates.0.rate"]
    seen = await accountant.send(await accountant.get(f"{TAXES}/X1?delete=1"), f"{TAXES}/X1/delete")
    assert seen.says("X1 est supprimé.")


async def test_two_accountants_lose_no_rate(shop: Shop, people: People) -> None:
    accountant, at = await people.the("accountant"), f"{TAXES}/ON"
    mine = await accountant.get(at)
    theirs = {"taxes.0.rates.1.from": "2031-01-01", "taxes.0.rates.1.rate": "12"}
    await accountant.send(mine, at, **theirs)
    seen = await accountant.send(mine, at, description="Ontario (TVH)")
    code = expect(await shop.api.get("/tax-codes/ON"), 200)
    assert (code["description"], len(code["taxes"][0]["rates"])) == ("Ontario (TVH)", 2)
    seen = await accountant.send(mine, at, **{**theirs, "taxes.0.rates.1.rate": "11"})
    assert (seen.status, seen.says("Quelqu'un d'autre a modifié cette fiche")) == (409, True)


async def test_a_template_is_previewed_on_a_real_invoice_and_saved(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    final = await shop.finalize(await shop.billing({"price": "100.00"}, tax_code="QC"))
    seen = await admin.get(FINAL)
    assert [code.text for code in seen.all("//dl[@class='variables']//code")] == [
        f"{{{{{name}}}}}" for name in sorted(KNOWN)
    ]
    assert seen.one("//input[@name='invoice']").value == final["number"]
    typed = {"fr.subject": "Voici {{NoFacture}}", "cc": "a@shop.example, b@shop.example"}
    shown = await admin.post(f"{FINAL}/preview", {**seen.form(FINAL), **typed, "preview": "fr"})
    assert shown.says(f"Voici {final['number']}")
    assert "114,98" in shown.one("//iframe").get("srcdoc")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    english = await admin.post(f"{FINAL}/preview", {**seen.form(FINAL), "preview": "en"})
    assert "$114.98" in english.one("//iframe").get("srcdoc")
    wrong = {**seen.form(FINAL), "fr.subject": "{{NoFactur}}", "preview": "fr"}
    shown = await admin.post(f"{FINAL}/preview", wrong)
    assert (shown.status, shown.says("{{NoFactur}} n'existe pas.")) == (422, True)
    assert (await admin.post(f"{FINAL}/preview", {**seen.form(FINAL), "invoice": "99999"})).status == 422
    refused = await admin.send(seen, FINAL, **{"fr.subject": "{{NoFactur}}", "cc": "personne"})
    assert [one.get("name") for one in refused.all("//*[@aria-invalid='true']")] == ["cc"]
    before = expect(await shop.api.get("/email-templates/final"), 200)
    seen = await admin.send(seen, FINAL, **typed)
    assert seen.says("Le modèle est enregistré.")
    saved = expect(await shop.api.get("/email-templates/final"), 200)
    assert saved == {
        **before,
        "fr": {**before["fr"], "subject": "Voici {{NoFacture}}"},
        "cc": ["a@shop.example", "b@shop.example"],
    }
    assert (await admin.get("/settings/email-templates/other")).status == 404
