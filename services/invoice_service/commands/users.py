"""`factures users`: people who log in to the pages. Their passwords are made here, and printed once."""

import argparse
import sys

from argon2 import PasswordHasher

from services.invoice_service.api.bodies.fields import email_address
from services.invoice_service.application.users import NewUser, create_user, give_password, new_password
from services.invoice_service.commands.operator import operator_context
from services.invoice_service.composition import database, transactions_on
from services.invoice_service.domain.actors import Role
from services.invoice_service.settings import InvoiceSettings


def add_users(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Put the command in."""
    users = commands.add_parser("users", help="people who log in; their passwords are printed once")
    doing = users.add_subparsers(required=True, metavar="what")
    adding = doing.add_parser("add", help="add a user")
    adding.add_argument("email", type=email_address)
    adding.add_argument("name")
    adding.add_argument("role", choices=[role.value for role in Role if role is not Role.INTEGRATION])
    adding.set_defaults(run=_add_user)
    giving = doing.add_parser(
        "password", help="give a user a new password; whoever is logged in is not any more"
    )
    giving.add_argument("email")
    giving.set_defaults(run=_give_password)


async def _add_user(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    password = new_password()
    new = NewUser(email=arguments.email, name=arguments.name, role=Role(arguments.role), password=password)
    async with database(settings, "command") as pool, transactions_on(pool).writing() as uow:
        await create_user(uow, operator_context(), PasswordHasher(), new)
    sys.stdout.write(f"{password}\n")
    return 0


async def _give_password(settings: InvoiceSettings, arguments: argparse.Namespace) -> int:
    password = new_password()
    async with database(settings, "command") as pool, transactions_on(pool).writing() as uow:
        await give_password(
            uow, operator_context(), PasswordHasher(), email=arguments.email, password=password
        )
    sys.stdout.write(f"{password}\n")
    return 0
