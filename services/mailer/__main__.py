"""python -m services.mailer [serve | migrate | export | backup FOLDER | restore FOLDER]."""

import sys

from services.mailer.composition import back_up, database, migrate, restore, serving
from services.mailer.deliveries import Deliveries
from services.mailer.export import lines
from services.mailer.settings import MailerSettings
from shared.worker import Worker


async def _export(settings: MailerSettings) -> None:
    async with database(settings) as pool:
        async for line in lines(Deliveries(pool)):
            print(line)


main = Worker(
    name="mailer",
    about="Sends the e-mails.",
    settings=MailerSettings,
    serving=serving,
    migrate=migrate,
    export=_export,
    back_up=back_up,
    restore=restore,
).main

if __name__ == "__main__":
    sys.exit(main())
