"""The steps of a bill, as a production system and a clerk take them; each waits until it is done."""

import asyncio
from collections.abc import Callable

from tests.support.bus_tap import completion, tell_production
from tests.support.deployment import Deployment
from tests.support.shop_client import Json, ShopClient, delivered, settled


def job(number: str, **more: str) -> Json:
    """A small job."""
    return {
        "number": number,
        "title": "Brochure",
        "ordered_quantity": "100",
        "unit_price": "1.25",
        "gl_account": "4444",
        **more,
    }


async def drafted(factures: Deployment, shop: ShopClient, number: str, **more: str) -> str:
    """The pro forma of a job that was completed on the bus."""
    event = completion(job(number, **more), message_id=f"mis-{number}")
    await tell_production(factures.broker.url(), event)
    return await shop.invoice_of(number)


async def mailed(shop: ShopClient, number: str) -> Json:
    """E-mail it, and wait until that is taken."""
    await shop.send(number)
    return await shop.until(number, delivered)


async def finalized(shop: ShopClient, number: str) -> Json:
    """Finalize it, and wait until it is rendered and transferred."""
    final = await shop.finalize(number)
    return await shop.until(final["number"], settled)


async def billed(shop: ShopClient, number: str, progress: Callable[[], None] = lambda: None) -> Json:
    """E-mail a pro forma, finalize it, e-mail the final. `progress` is called after each step."""
    await mailed(shop, number)
    progress()
    final = await finalized(shop, number)
    progress()
    final = await mailed(shop, final["number"])
    progress()
    return final


async def all_of(*numbers: str, shop: ShopClient) -> None:
    """Bill all of these at the same time."""
    await asyncio.gather(*(billed(shop, number) for number in numbers))
