"""« Paramètres » : what a shop sets once, in groups; each place with who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from services.invoice_service.api.routing import ADMIN, VIEWER, Access
from services.invoice_service.api.services import ACTOR
from services.invoice_service.domain.actors import Actor
from services.invoice_service.domain.errors import Forbidden
from services.invoice_service.web import company, email_templates, entities, tax_codes
from services.invoice_service.web.view import page

PATH = "/settings"


@dataclass(frozen=True, slots=True)
class Place:
    """One line. Its words are `settings.place.<name>`, and `settings.about.<name>` in a sentence."""

    name: str
    path: str
    access: Access = VIEWER

    def is_open_to(self, actor: Actor) -> bool:
        """Whether this reader may go there."""
        try:
            self.access.check(actor)
        except Forbidden:
            return False
        return True


# By `settings.group.<name>`; a group without a place is not shown.
GROUPS: Mapping[str, tuple[Place, ...]] = {
    "shop": (Place("company", company.PATH), Place("business_entities", entities.ENTITIES.list.path)),
    "billing": (
        Place("products", "/settings/products"),
        Place("extra_charges", "/settings/extra-charges"),
        Place("payment_terms", "/settings/payment-terms"),
        Place("payment_methods", "/settings/payment-methods"),
        Place("sales_reps", "/settings/sales-reps"),
    ),
    "accounting": (
        Place("gl_accounts", "/settings/gl-accounts"),
        Place("tax_codes", tax_codes.TAX_CODES.list.path),
        Place("series", "/settings/series", ADMIN),
    ),
    "texts": (
        Place("form_messages", "/settings/form-messages"),
        Place("email_templates", email_templates.PATH),
        Place("translations", "/settings/translations"),
    ),
    "people": (
        Place("users", "/settings/users", ADMIN),
        Place("keys", "/settings/keys", ADMIN),
    ),
}


async def show(request: web.Request) -> web.Response:
    """The page."""
    actor = request[ACTOR]
    open_to_reader = {
        name: [place for place in places if place.is_open_to(actor)] for name, places in GROUPS.items()
    }
    groups = [(name, places) for name, places in open_to_reader.items() if places]
    return page(request, "settings.html", groups=groups)
