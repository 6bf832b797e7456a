"""A worker loses its commands, its queue is purged: the sweep asks again, as before, and each is done once."""

import asyncio
from collections import Counter

import pytest

from shared.bus import topology
from tests.support.billing import drafted
from tests.support.books import assert_books_close, eventually
from tests.support.deployment import Lay, deployed
from tests.support.shop_client import delivered, settled, shop_client

pytestmark = pytest.mark.long

OF_WORKERS = {
    topology.RENDER: "commands.document.render.v1",
    topology.EMAIL: "commands.email.send.v1",
    topology.TRANSFER: "commands.accounting.transfer.v1",
}


async def test_what_every_worker_lost_is_asked_for_again_and_done_once() -> None:
    settings = {"INVOICE_SWEEP_AFTER_SECONDS": "5", "INVOICE_SWEEP_TRIES": "20"}
    async with (
        deployed(Lay(settings=settings)) as factures,
        shop_client(factures.address, factures.admin_key) as shop,
    ):
        await shop.open_shop()
        number = await drafted(factures, shop, "D-LOST")
        workers = (factures.render, factures.mailer, factures.accounting)
        for worker in workers:
            worker.kill()
        await shop.send(number)
        final = await shop.finalize(number)

        async def not_all_there() -> set[str]:
            return OF_WORKERS.keys() - (await factures.tap.waiting()).keys()

        await eventually("queues without a command", not_all_there)
        for queue in OF_WORKERS:
            await asyncio.to_thread(factures.broker.control, "purge_queue", queue)
        for worker in workers:
            worker.start()
        await factures.ready()

        await shop.until(final["number"], settled)
        await shop.until(final["number"], delivered)
        await assert_books_close(factures, shop, factures.tap)

        said: dict[str, Counter[object]] = {type_: Counter() for type_ in OF_WORKERS.values()}
        for message in await factures.tap.read():
            if message.type in said:
                said[message.type][message.identity] += 1
        for type_, identities in said.items():
            assert max(identities.values()) > 1, f"{type_} was not asked for again: {identities}"
        (mail,) = factures.mails
        assert number in mail.read_text(errors="replace")
