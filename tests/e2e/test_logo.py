"""A logo, from the entity that is put to the paper: by reference in each message, as pixels in the PDF."""

import pytest

from tests.support.bus_tap import BusTap, completion
from tests.support.pictures import data_url, pictures_in, png
from tests.support.shop_client import ShopClient, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_logo_of_an_entity_is_on_its_invoices_and_in_no_message(
    shop: ShopClient, tap: BusTap
) -> None:
    entity = {"name": "Imprimerie du Logo", "logo": data_url(png(37, 23, size=200_000))}
    await shop.call("PUT", "/business-entities/LOGO", entity)
    customer = await shop.get("/customers/C-0153")
    del customer["code"]
    await shop.call("PUT", "/customers/C-LOGO", {**customer, "business_entity": "LOGO"})
    job = {
        "number": "D-LOGO",
        "customer": "C-LOGO",
        "title": "Affiche",
        "ordered_quantity": "1",
        "unit_price": "100.00",
        "gl_account": "4444",
    }
    received = await shop.call("POST", "/job-completions", completion(job, message_id="mis-logo"))

    preview = await shop.pdf(received["invoice"])
    final = await shop.finalize(received["invoice"])
    await shop.until(final["number"], settled)
    paper = await shop.pdf(final["number"])

    assert pictures_in(preview) == pictures_in(paper) == [(37, 23)]
    commands = [
        message.body
        for message in await tap.read()
        if message.type.startswith("commands.document.render")
        and message.body["data"]["invoice_id"] == final["id"]
    ]
    assert len(commands) == 2
    for command in commands:
        logo = command["data"]["document"]["issuer"]["logo"]
        assert logo["document"]["key"] == f"logos/{logo['document']['sha256']}.png"
        assert logo["document"]["size"] == 200_000
        assert len(str(command)) < 10_000
