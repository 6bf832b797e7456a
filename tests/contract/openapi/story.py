"""A print shop's first day, told with the examples of the document: every one of them is sent, and taken.

What is answered becomes the document's examples of answers (`examples.json`), ids and times made the same each day.
"""

# ruff: noqa: ANN401 - any JSON

import re
from typing import Any

from pydantic import BaseModel

from services.invoice_service.api.bodies import (
    access,
    batches,
    catalogue,
    customers,
    emails,
    entities,
    jobs,
    messages,
    settings,
    taxes,
    texts,
    users,
)
from services.invoice_service.api.bodies import invoices as invoice_bodies
from services.invoice_service.api.routes import ROUTES
from services.invoice_service.api.routing import Route
from tests.integration.invoice_service.invoices.shop import (
    Json,
    Shop,
    batch_runner,
    mailed,
    not_transferred,
    rendered,
    transferred,
)

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)")
_SECRET = re.compile(r"fk_[A-Za-z0-9_-]+")
_FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="epreuve.pdf"\r\n\r\n%PDF-1.7\n\r\n--x--\r\n'


class Teller:
    """Sends the examples, and keeps what was answered."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sent: set[tuple[str, int]] = set()
        self.paths: dict[str, dict[str, str]] = {}
        self.answers: dict[str, Json] = {}

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        raw: bytes | None = None,
        content_type: str | None = None,
    ) -> Json:
        """A call that succeeds; its answer, if it is JSON."""
        route, variables = _route_of(method, path)
        headers = {} if version is None else {"If-Match": f'"v{version}"'}
        if content_type is not None:
            headers["Content-Type"] = content_type
        reply = await self.shop.api.call(method, path, body, headers=headers, raw=raw)
        assert reply.status in route.status, reply.text
        self.paths.setdefault(route.operation_id, variables)
        if not reply.text.startswith("{"):
            return {}
        if route.answer is not None:
            self._keep(route.answer, reply.json, many=route.many)
        return dict(reply.json)

    def _keep(self, model: type[BaseModel], answer: Json, *, many: bool) -> None:
        for one in answer["data"][:1] if many else [answer]:
            self.answers.setdefault(model.__name__, one)

    def example(self, model: type[BaseModel], number: int = 0, **changed: Any) -> Json:
        """An example of a body; `changed` are fields that only the story can know (ids), or another thing's."""
        self.sent.add((model.__name__, number))
        extra = model.model_config["json_schema_extra"]
        assert isinstance(extra, dict)
        examples: Any = extra["examples"]
        return {**examples[number], **changed}

    async def put(self, path: str, model: type[BaseModel]) -> Json:
        """PUT of an example; then it is read, and found in its list."""
        answer = await self.call("PUT", path, self.example(model))
        assert await self.call("GET", path) == answer
        assert answer in (await self.call("GET", path.rpartition("/")[0]))["data"]
        return answer


def _route_of(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route of a path without its prefix, and the variables in it; one without variables wins."""
    for route in sorted(ROUTES, key=lambda route: route.path.count("{")):
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route.path.replace(".", r"\."))
        match = re.fullmatch(pattern, path.partition("?")[0])
        if match is not None and route.method == method:
            return route, match.groupdict()
    raise AssertionError(f"{method} {path}")


async def tell(shop: Shop) -> Teller:
    """The whole day."""
    teller = Teller(shop)
    await _declare_the_shop(teller)
    await _let_people_in(teller)
    await _take_an_order(teller)
    final = await _bill_it(teller)
    await _bill_by_hand(teller)
    await _send_and_book(teller, final)
    await _credit(teller, final)
    await _look_back(teller)
    await _in_bulk(teller, final)
    await _hear_from_production(teller)
    await _clear_away(teller)
    return teller


async def _declare_the_shop(teller: Teller) -> None:
    await teller.put("/gl-accounts/4444", catalogue.GlAccountBody)
    for number, description, category in (
        ("4460", "Livraison et messagerie", "revenue"),
        ("1200", "Comptes clients", "asset"),
        ("2310", "TPS à payer", "liability"),
        ("2320", "TVQ à payer", "liability"),
    ):
        body = {"description": description, "category": category}
        await teller.call("PUT", f"/gl-accounts/{number}", body)
    await teller.put("/tax-codes/QC", taxes.TaxCodeBody)
    await teller.put("/payment-terms/NET30", catalogue.PaymentTermBody)
    await teller.put("/payment-methods/VIREMENT", catalogue.PaymentMethodBody)
    await teller.put("/sales-reps/MG", catalogue.SalesRepBody)
    await teller.put("/products/PLIAGE", catalogue.ProductBody)
    await teller.put("/extra-charges/livraison", catalogue.ExtraChargeBody)
    await teller.put("/form-messages/MERCI", texts.FormMessageBody)
    await teller.put("/email-templates/final", texts.EmailTemplateBody)
    await teller.put("/translations/po_number", texts.TranslationBody)
    await teller.put("/business-entities/FLEUVE", entities.BusinessEntityBody)
    await teller.call("PATCH", "/number-series/FLEUVE/proforma", teller.example(entities.SeriesBody))
    await teller.call("GET", "/number-series/FLEUVE/proforma")
    await teller.call("PATCH", "/settings", teller.example(settings.SettingsBody))
    await teller.call("PATCH", "/settings", {"connector": "ledger"})
    await teller.call("GET", "/settings")


async def _let_people_in(teller: Teller) -> None:
    key = await teller.call("POST", "/keys", teller.example(access.KeyBody))
    await teller.call("GET", "/keys")
    await teller.call("GET", f"/keys/{key['id']}")
    await teller.call("DELETE", f"/keys/{key['id']}")
    user = await teller.call("POST", "/users", teller.example(users.UserBody))
    await teller.call("GET", "/users")
    await teller.call("GET", f"/users/{user['id']}")
    await teller.call("PATCH", f"/users/{user['id']}", teller.example(users.UserPatch))
    await teller.call("DELETE", f"/users/{user['id']}")
    await teller.call("PATCH", "/me", teller.example(access.MeBody))
    await teller.call("GET", "/me")


async def _take_an_order(teller: Teller) -> None:
    await teller.put("/customers/C-0153", customers.CustomerBody)
    await teller.put("/jobs/D-0024", jobs.JobBody)
    charge = teller.example(jobs.JobChargeBody)
    await teller.call("PUT", "/jobs/D-0024/extra-charges/x9", charge)
    await teller.call("DELETE", "/jobs/D-0024/extra-charges/x9")


async def _bill_it(teller: Teller) -> Json:
    """A pro forma of the job, edited, then final."""
    made = await teller.call("POST", "/invoices", teller.example(invoice_bodies.CreateBody))
    ref = made["number"]
    for number in range(3):
        patch = teller.example(invoice_bodies.InvoicePatch, number)
        made = await teller.call("PATCH", f"/invoices/{ref}", patch, version=made["version"])
    line = made["lines"][0]["id"]
    for number in range(2):
        await teller.call(
            "PATCH",
            f"/invoices/{ref}/lines/{line}",
            teller.example(invoice_bodies.LinePatch, number),
            version=made["version"],
        )
        made = await teller.call("GET", f"/invoices/{ref}")
    await teller.call("GET", f"/invoices/{ref}/pdf?wait=0")
    await teller.shop.result("document.render_failed", _not_rendered(made))
    await teller.call("POST", f"/invoices/{ref}/render/retry")
    return await teller.call("POST", f"/invoices/{ref}/finalize", version=made["version"])


async def _bill_by_hand(teller: Teller) -> None:
    """An empty pro forma, filled with lines of each kind, put in order, copied and thrown away."""
    charge = teller.example(jobs.JobChargeBody)
    await teller.call("PUT", "/jobs/D-0024/extra-charges/x2", charge)
    made = await teller.call("POST", "/invoices", teller.example(invoice_bodies.CreateBody, 1))
    ref, version = made["number"], made["version"]
    for number in range(5):
        body = teller.example(invoice_bodies.LineBody, number)
        await teller.call("POST", f"/invoices/{ref}/lines", body, version=version + number)
    made = await teller.call("GET", f"/invoices/{ref}")
    ids = [line["id"] for line in reversed(made["lines"])]
    order = teller.example(invoice_bodies.OrderBody, lines=ids)
    made = await teller.call("PUT", f"/invoices/{ref}/lines/order", order, version=made["version"])
    line, version = f"/invoices/{ref}/lines/{made['lines'][-1]['id']}", made["version"]
    await teller.call("POST", f"{line}/duplicate", version=version)
    await teller.call("DELETE", line, version=version + 1)
    await teller.call("POST", f"{line}/restore", version=version + 2)
    copy = await teller.call("POST", f"/invoices/{ref}/duplicate")
    await teller.call("DELETE", f"/invoices/{copy['number']}", version=copy["version"])
    await teller.call("GET", "/invoices")


async def _send_and_book(teller: Teller, final: Json) -> None:
    """The final is printed, mailed, and at last booked."""
    shop, ref = teller.shop, final["number"]
    printed = await shop.api.services.documents.put("documents/story", b"%PDF-1.7\n")
    document = {"key": printed.key, "sha256": printed.sha256, "size": printed.size}
    await shop.result("document.rendered", {**rendered(final), "document": document})
    await teller.call("GET", f"/invoices/{ref}/pdf")
    await teller.call("GET", f"/invoices/{ref}/ubl")
    await teller.call("GET", f"/invoices/{ref}/emails/draft")
    uploaded = await teller.call(
        "POST", "/attachments", raw=_FILE, content_type="multipart/form-data; boundary=x"
    )
    body = teller.example(emails.EmailBody, attachments=[uploaded["id"]])
    await teller.call("POST", f"/invoices/{ref}/emails/preview", body)
    email = await teller.call("POST", f"/invoices/{ref}/emails", body)
    await shop.result("email.sent", {**mailed(email, "sent", "sent"), "invoice_id": final["id"]})
    await teller.call("POST", f"/invoices/{ref}/emails/{email['id']}/resend")
    await teller.call("GET", f"/invoices/{ref}/emails")
    await shop.result("accounting.transfer_failed", not_transferred(final))
    await teller.call("POST", f"/invoices/{ref}/transfer/retry")
    await shop.result("accounting.transferred", transferred(final, attempt=2))
    await teller.call("GET", f"/invoices/{ref}/audit")
    told = await teller.call("GET", "/notifications")
    await teller.call("POST", f"/notifications/{told['data'][0]['id']}/read")
    await teller.call("POST", "/notifications/read")
    await teller.call("GET", "/events?wait=0")


async def _credit(teller: Teller, final: Json) -> None:
    """A part of it, which accounting refuses; then all that remains, billed again."""
    shop, ref = teller.shop, final["number"]
    lines = teller.example(invoice_bodies.CreditBody)["lines"]
    body = {
        **teller.example(invoice_bodies.CreditBody),
        "lines": [{**lines[0], "line": final["lines"][0]["id"]}],
    }
    credit = await teller.call("POST", f"/invoices/{ref}/credit", body)
    credit = await teller.call("POST", f"/invoices/{credit['number']}/finalize")
    await shop.result("accounting.transfer_failed", not_transferred(credit))
    reason = teller.example(invoice_bodies.ReasonBody)
    await teller.call("POST", f"/invoices/{credit['number']}/transfer/mark", reason)
    await teller.call("POST", f"/invoices/{ref}/credit", teller.example(invoice_bodies.CreditBody, 1))
    await teller.call("GET", f"/invoices/{ref}")


async def _look_back(teller: Teller) -> None:
    """Every report, also as a workbook."""
    for path in ("/reports/sales", "/reports/taxes", "/customers/C-0153/sales"):
        await teller.call("GET", path)
        await teller.call("GET", f"{path}.xlsx")
    await teller.call("GET", "/invoices.xlsx")


async def _in_bulk(teller: Teller, final: Json) -> None:
    """One that is final already, one that lacks everything, and one that becomes final."""
    shop = teller.shop
    empty = await shop.invoice(customer="C-0153")
    good = await shop.billing(
        {"price": "40.00", "po_number": "BC-7782", "gl_account": "4460"}, customer="C-0153"
    )
    refs = [final["number"], empty["number"], good["number"]]
    body = teller.example(batches.BatchBody, invoices=refs)
    batch = await teller.call("POST", "/invoices/batch", body)
    await batch_runner(shop).step()
    # Of the two, the one that tells more.
    teller.answers["BatchShown"] = await teller.call("GET", f"/batches/{batch['id']}")
    printing = await teller.call("POST", "/invoices/batch", {**body, "action": "print"})
    await teller.call("GET", f"/batches/{printing['id']}/pdf?wait=0")
    await teller.call("GET", "/batches")


async def _hear_from_production(teller: Teller) -> None:
    done = teller.example(messages.Completion)
    type_ = "application/cloudevents+json"
    await teller.call("POST", "/job-completions", done, content_type=type_)
    for number in ("mis-88214", "mis-88215"):
        job = {**done["data"]["job"], "number": "D-0025", "customer": "C-9999"}
        unknown = {**done, "id": number, "subject": "D-0025", "data": {"job": job}}
        parked = (await teller.call("POST", "/job-completions", unknown, content_type=type_))["parked"]
        await teller.call("GET", "/parked-messages")
        await teller.call("GET", f"/parked-messages/{parked}")
        await teller.call("POST", f"/parked-messages/{parked}/replay")
        await teller.call("DELETE", f"/parked-messages/{parked}")


async def _clear_away(teller: Teller) -> None:
    """Each kind of reference data loses one that nothing uses; an e-mail template is always used."""
    for path, model in (
        ("/gl-accounts", catalogue.GlAccountBody),
        ("/payment-terms", catalogue.PaymentTermBody),
        ("/payment-methods", catalogue.PaymentMethodBody),
        ("/sales-reps", catalogue.SalesRepBody),
        ("/products", catalogue.ProductBody),
        ("/extra-charges", catalogue.ExtraChargeBody),
        ("/form-messages", texts.FormMessageBody),
        ("/translations", texts.TranslationBody),
        ("/tax-codes", taxes.TaxCodeBody),
        ("/business-entities", entities.BusinessEntityBody),
    ):
        other = {"is_default": False} if "is_default" in model.model_fields else {}
        await teller.call("PUT", f"{path}/essai", teller.example(model, **other))
        await teller.call("DELETE", f"{path}/essai")


def _not_rendered(invoice: Json) -> Json:
    reason = {"code": "template_failed", "message": "La police manque."}
    return {"invoice_id": invoice["id"], "version": invoice["version"], "reason": reason}


def made_the_same(text: str) -> str:
    """The text with ids numbered as they come, every time the same, and no secret."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return numbers.setdefault(match[0], f"01981e0c-0000-7000-8000-{len(numbers) + 1:012d}")

    text = _ID.sub(number, text)
    text = _TIME.sub("2025-07-18T14:00:00Z", text)
    return _SECRET.sub("fk_example", text)
