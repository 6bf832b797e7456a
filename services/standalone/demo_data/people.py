"""Who works in the invented shop: the trail tells of them, and favourites are theirs."""

from dataclasses import dataclass

from argon2 import PasswordHasher

from services.invoice_service.application.context import Context
from services.invoice_service.application.listing import ListQuery
from services.invoice_service.application.ports import UnitOfWork
from services.invoice_service.application.users import NewUser, create_user
from services.invoice_service.domain.actors import Actor, Role

_DOMAIN = "imprimerielasarcelle.example"


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the shop, without a password: an administrator gives one to whoever is to log in."""

    email: str
    name: str
    role: Role


ADMIN = Person(f"jmarquis@{_DOMAIN}", "Josiane Marquis", Role.ADMIN)
ACCOUNTANT = Person(f"rtheberge@{_DOMAIN}", "Régis Théberge", Role.ACCOUNTANT)
BILLER = Person(f"csamson@{_DOMAIN}", "Coralie Samson", Role.BILLER)
PRODUCTION = Actor("key", "demonstration-mis", "Gestion de production", Role.INTEGRATION)


async def hire(uow: UnitOfWork, context: Context) -> None:
    """Make the users."""
    for person in (ADMIN, ACCOUNTANT, BILLER):
        new = NewUser(email=person.email, name=person.name, role=person.role, language="fr")
        await create_user(uow, context, PasswordHasher(), new)


async def staff(uow: UnitOfWork) -> dict[str, Actor]:
    """Each user as who acts, by e-mail address."""
    users = (await uow.users.page(ListQuery())).items
    return {user.email: Actor("user", str(user.id), user.name, user.role) for user in users}
