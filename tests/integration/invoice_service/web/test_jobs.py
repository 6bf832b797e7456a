"""The page of a job, without a script."""

import pytest

from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")


def facts(seen: Seen) -> dict[str, str]:
    """What the cards say, by its name."""
    return {
        name.text: " ".join(name.getnext().text_content().replace("\xa0", " ").split())
        for name in seen.all("//main//dt")
    }


async def test_it_says_what_is_billed_and_makes_an_invoice_of_the_rest(shop: Shop, people: People) -> None:
    customer = await shop.customer(name="Presses du Lac")
    account = await shop.account()
    charge = {
        "id": "x1",
        "description": "Livraison",
        "quantity": "1",
        "unit_price": "40.00",
        "gl_account": account,
    }
    job = await shop.job(customer, title="Encarts", produced_quantity="1010", extra_charges=[charge])
    invoice = await shop.invoice(job=job)
    expect(await shop.patch_line(invoice, {"quantity": "400"}), 200)
    biller = await people.the("biller")
    page = f"/jobs/{job}"

    seen = await biller.get(page)

    known = expect(await shop.api.get(f"/jobs/{job}"), 200)
    assert facts(seen).items() >= {
        "Client": "Presses du Lac",
        "Commandé": "1 000",
        "Produit": "1 010",
        "Facturé": "400",
        "Reste": "600",
        "Montant en attente": "9 487,59 $ avant taxes",
        "Prix": "15 812,65 $ pour la quantité commandée",
    }.items()  # fmt: skip
    assert known["remaining_quantity"] == "600"
    assert seen.one("//dd/a").get("href") == f"/customers/{customer}"
    charges, billed = (
        [" ".join(cell.text_content().split()) for cell in row] for row in seen.all("//tbody/tr")
    )
    assert charges == ["Livraison", "40,00", "1", "1", "0", f"{account} Compte {account}"]
    assert billed == [invoice["number"], "2025-07-18", "400", "Proforma - en préparation"]
    made = await biller.send(seen, "/invoices")
    line = expect(await shop.api.get(f"/invoices/{made.path.split('/')[2].split('?')[0]}"), 200)["lines"][0]
    assert (line["job"], line["quantity"]) == (job, "600")

    seen = await biller.get(page)

    assert seen.says(f"Le dossier {job} est entièrement facturé.")
    again = await biller.send(seen, "/invoices")
    line = expect(await shop.api.get(f"/invoices/{again.path.split('/')[2].split('?')[0]}"), 200)["lines"][0]
    assert (line["job"], line["quantity"]) == (job, "0")
    assert (await (await people.the("viewer")).get(page)).all("//main//form") == []
    # From the invoice's line back to the job.
    assert [link.get("href") for link in made.all("//table[@class='lines']//td[@class='job']/a")] == [page]


async def test_what_cannot_be_billed_says_why(shop: Shop, people: People) -> None:
    waiting = await shop.job(status="pending_launch")
    seen = await (await people.the("biller")).get(f"/jobs/{waiting}")
    assert seen.one("//main//form//button").get("disabled") is not None
    assert seen.says(f"Le dossier {waiting} n'est pas encore lancé.")
    assert (await (await people.the("biller")).get("/jobs/D-NOWHERE")).status == 404
