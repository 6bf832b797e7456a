"""What holds for every page of the table: who may, how heavy, how many statements, which headers."""

import re

import pytest

from services.invoice_service.api.routing import Access
from services.invoice_service.domain.actors import Actor, Role
from services.invoice_service.domain.errors import Forbidden
from services.invoice_service.web.assets import ASSETS
from services.invoice_service.web.pages import Page
from services.invoice_service.web.routes import PAGES
from tests.integration.invoice_service.invoices.shop import Json, Shop
from tests.integration.invoice_service.invoices.test_statements import Counted
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Seen, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROLES = ("viewer", "biller", "accountant", "admin", "integration")
_MOST_BYTES = 100_000
_MOST_STATEMENTS = 6
# What waits, and what was sold; lists with their counts; the editor and its pickers; an e-mail, written from
# everything that it can speak of; everything that there is to operate, of one moment; a
# customer with what was sold to it, its invoices and its jobs.
_MORE_STATEMENTS = {
    "/": 8,
    "/invoices/new": 7,
    "/work-list": 7,
    # What is not kept leads to the list.
    "/work-list/done/{key}": 10,
    "/reports/sales": 8,
    "/reports/taxes": 8,
    "/customers/{code}": 8,
    "/invoices/{ref}/lines": 8,
    "/invoices/{ref}/emails/new": 7,
    "/invoices/{ref}/emails/preview": 11,
    "/operations": 10,
}
# They end or change what the other cases stand on.
_APART = {("POST", "/logout"), ("POST", "/login"), ("GET", "/{rest:(?!api/|static/).+}")}
_GUARDED = [page for page in PAGES if (page.method, page.path) not in _APART]
# A document, and workbooks.
_NO_PAGES = ("/invoices/{ref}/pdf",)
_READ = [
    page
    for page in _GUARDED
    if page.method == "GET" and page.access and page.path not in _NO_PAGES and not page.path.endswith(".xlsx")
]
_UUID = "01981e0c-0000-7000-8000-000000000001"


def name(page: Page) -> str:
    return f"{page.method} {page.path}"


def path_to(page: Page, invoice: Json) -> str:
    path = page.path.replace("{ref}", invoice["number"]).replace("{code}", invoice["customer"])
    path = (
        path.replace("{number}", next(iter(invoice["jobs"]), "x"))
        .replace("{id}", _UUID)
        .replace("{action}", "duplicate")
    )
    path = re.sub(r"{\w+}", "x", path)
    # Nobody makes documents here: it is not waited for.
    return f"{path}?wait=0" if path.endswith("/pdf") else path


def may(access: Access | None, role: str) -> bool:
    if access is None:
        return True
    try:
        access.check(Actor("user", "x", "x", Role(role)))
    except Forbidden:
        return False
    return True


async def call(browser: Visitor, page: Page, invoice: Json) -> Seen:
    if page.method == "GET":
        return await browser.get(path_to(page, invoice))
    token = (await browser.get("/login")).one("//meta[@name='csrf-token']").get("content")
    return await browser.post(path_to(page, invoice), {"csrf": token})


@pytest.mark.parametrize("page", _GUARDED, ids=name)
async def test_each_role_gets_what_the_table_says(shop: Shop, people: People, page: Page) -> None:
    invoice = await shop.billing({"price": "1.00"})
    for role in ROLES:
        seen = await call(await people.the(role), page, invoice)
        # From a page for everybody one is led on to what is not.
        assert page.public or (seen.status == 403) is not may(page.access, role), (role, seen.status)
        assert seen.status < 500, seen.text
    stranger = await people.stranger()
    seen = await call(stranger, page, invoice)
    assert seen.path.startswith("/login") is not page.public or page.path in ("/login", "/language")


@pytest.mark.parametrize("page", _READ, ids=name)
async def test_a_page_is_light_and_asks_little_of_the_database(
    shop: Shop, people: People, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await people.the("admin")
    invoice = await shop.billing(*({"price": "1.00", "description": "Travail d'impression"},) * 10)
    # A connection learns at its first use of a type what that is: once, not for each page.
    await browser.get(path_to(page, invoice))
    counted = Counted(shop, monkeypatch)
    seen = await browser.get(path_to(page, invoice))
    if seen.status == 404:  # of something that this invoice has none of
        return
    assert seen.status < 400, seen.text
    assert len(counted.statements) <= _MORE_STATEMENTS.get(page.path, _MOST_STATEMENTS), counted.statements
    files = set(re.findall(r"/static/\w+/([\w.-]+)", seen.text))
    imported = {
        found
        for file in files
        for found in re.findall(r'from "\./([\w.-]+)"', ASSETS.files[file].content.decode())
    }
    weight = len(seen.text.encode()) + sum(len(ASSETS.files[file].compressed) for file in files | imported)
    assert weight < _MOST_BYTES, (weight, files)


async def test_a_list_of_two_hundred_is_light_too(shop: Shop, people: People) -> None:
    browser = await people.the("admin")
    customer = await shop.customer()
    for _ in range(3):
        await shop.invoice(customer=customer)
    row = len((await browser.get("/invoices?limit=3")).text) - len(
        (await browser.get("/invoices?limit=2")).text
    )
    assert 0 < row * 50 < _MOST_BYTES


async def test_no_page_lets_in_what_is_foreign(shop: Shop, people: People) -> None:
    browser = await people.the("admin")
    for path in ("/login", "/invoices", "/nowhere"):
        headers = (await browser.get(path, Accept="text/html")).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    assert (await shop.api.get("//nowhere")).json["code"] == "not_found"


async def test_files_are_kept_for_ever_under_their_hash(people: People) -> None:
    browser = await people.stranger()
    address = ASSETS.address("page.js")
    kept = await browser.get(address)
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.headers["Content-Encoding"] == "gzip"
    other = await browser.get(address.replace(ASSETS.release, "0" * 16))
    assert (other.status, other.headers["Cache-Control"]) == (200, "no-store")
    for missing in ("nothing.css", "..%2Froutes.py"):
        assert (await browser.get(f"/static/{ASSETS.release}/{missing}")).status == 404
