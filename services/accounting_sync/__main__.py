"""`python -m services.accounting_sync [serve | migrate | export | check | backup FOLDER | restore FOLDER]`."""

import json
import sys

from services.accounting_sync.check import check_ledger, find_bean_check
from services.accounting_sync.composition import (
    back_up,
    beancount_connector,
    migrate,
    restore,
    serving,
    transfer_log_pool,
)
from services.accounting_sync.export import ledger_lines, transfer_line
from services.accounting_sync.settings import AccountingSettings
from services.accounting_sync.transfers import PostgresTransferLog
from shared.worker import Worker


async def _export(settings: AccountingSettings) -> None:
    connector = beancount_connector(settings)
    if connector is not None:
        for line in ledger_lines(connector):
            print(json.dumps(line, ensure_ascii=False))
    async with transfer_log_pool(settings) as pool:
        async for transfer in PostgresTransferLog(pool).all():
            print(json.dumps(transfer_line(transfer), ensure_ascii=False))


def _check(settings: AccountingSettings) -> int:
    checked = check_ledger(settings.ledger_folder / "ledger.beancount", find_bean_check())
    print(
        json.dumps(
            {
                "ledger": str(checked.ledger),
                "accepted": checked.accepted,
                "errors": [error.model_dump() for error in checked.errors],
            },
            ensure_ascii=False,
        )
    )
    return {True: 0, False: 1, None: 2}[checked.accepted]


main = Worker(
    name="accounting_sync",
    about="Transfers invoices to the accounting software.",
    settings=AccountingSettings,
    serving=serving,
    migrate=migrate,
    export=_export,
    back_up=back_up,
    restore=restore,
    more={"check": ("bean-check on the ledger (exit 0 accepted, 1 refused, 2 not installed)", _check)},
).main

if __name__ == "__main__":
    sys.exit(main())
