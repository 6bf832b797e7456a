"""The PDF of a final holds the very file that the API serves as its data."""

import io

import pikepdf
import pytest

from tests.support.bus_tap import completion
from tests.support.shop_client import Json, ShopClient, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")

JOB = {
    "number": "D-DATA",
    "title": "Encarts",
    "ordered_quantity": "1000",
    "total_price": "15812.65",
    "gl_account": "4444",
}


def data_in(pdf: bytes) -> dict[str, bytes]:
    """The files in a PDF, by name."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return {name: attached.get_file().read_bytes() for name, attached in file.attachments.items()}


async def served(shop: ShopClient, invoice: Json) -> bytes:
    url = f"{shop.address}/api/v1/invoices/{invoice['number']}/ubl"
    async with shop.session.get(url) as response:
        assert response.status == 200
        return await response.read()


async def test_the_data_in_the_pdf_are_those_of_the_api(shop: ShopClient) -> None:
    received = await shop.call("POST", "/job-completions", completion(JOB, message_id="mis-data"))
    preview = await shop.pdf(received["invoice"])
    invoice = await shop.finalize(received["invoice"])
    await shop.until(invoice["number"], settled)
    draft = await shop.call("POST", f"/invoices/{invoice['number']}/credit", {"reason": "Mal pliés"})
    credit = await shop.finalize(draft["number"])
    await shop.until(credit["number"], settled)

    assert data_in(preview) == {}
    assert data_in(await shop.pdf(invoice["number"])) == {"ubl-invoice.xml": await served(shop, invoice)}
    assert data_in(await shop.pdf(credit["number"])) == {"ubl-credit-note.xml": await served(shop, credit)}
