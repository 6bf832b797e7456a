"""A worker loses its commands, its queue is purged: the sweep asks again, as before, and each is done once."""

import asyncio
from collections import Counter

import pytest

from shared.bus import topology
from tests.support.billing import drafted
from tests.support.books import eventually
from tests.support.deployment import Lay, deployed
from tests.support.shop_client import settled, shop_client

pytestmark = pytest.mark.long

OF_WORKERS = (topology.RENDER, topology.EMAIL, topology.TRANSFER)
KNOWN_BY = {
    "commands.document.render.v1": "version",
    "commands.email.send.v1": "email_id",
    "commands.accounting.transfer.v1": "attempt",
}


async def test_what_every_worker_lost_is_asked_for_again_and_done_once() -> None:
    settings = {"INVOICE_SWEEP_AFTER_SECONDS": "5", "INVOICE_SWEEP_TRIES": "20"}
    async with (
        deployed(Lay(settings=settings)) as factures,
        shop_client(factures.address, factures.admin_key) as shop,
    ):
        await shop.open_shop()
        number = await drafted(factures, shop, "D-LOST")
        workers = (factures.mailer, factures.accounting, factures.render)

        async def without_command(*queues: str) -> set[str]:
            return set(queues) - (await factures.tap.waiting()).keys()

        factures.mailer.kill()
        factures.accounting.kill()
        # The command of an e-mail comes once its document is there; only then nobody prints any more.
        await shop.send(number)
        await eventually("queues without a command", lambda: without_command(topology.EMAIL))
        factures.render.kill()
        final = await shop.finalize(number)
        await eventually("queues without a command", lambda: without_command(*OF_WORKERS))
        for queue in OF_WORKERS:
            await asyncio.to_thread(factures.broker.control, "purge_queue", queue)
        for worker in workers:
            worker.start()
        await factures.ready()

        await shop.until(final["number"], settled)

        async def unsent() -> list[str]:
            history = (await shop.get(f"/invoices/{final['number']}/emails"))["data"]
            return [one["state"] for one in history if one["state"] != "sent"]

        await eventually("e-mails not sent", unsent)
        await eventually("messages in the outbox", factures.outbox)
        await eventually("messages in queues", factures.tap.waiting)

        # Asked for again as before, each by what its worker knows it by (ADR 26).
        asked = Counter(
            (message.type, str(message.body["data"][KNOWN_BY[message.type]]))
            for message in await factures.tap.read()
            if message.type in KNOWN_BY
        )
        again = {type_ for (type_, _), count in asked.items() if count > 1}
        assert again == set(KNOWN_BY), asked
        # And done once.
        (mail,) = factures.mails
        assert number in mail.read_text(errors="replace")
        (entry,) = await asyncio.to_thread(factures.ledger_export)
        assert (entry["number"], entry["total"]) == (final["number"], final["total"])
        assert (await factures.documents_of_finals())[final["id"]] == 1
        assert "no findings" in await asyncio.to_thread(factures.verify)
