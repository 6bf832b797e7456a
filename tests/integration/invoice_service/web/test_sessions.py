"""Who gets in, for how long, and what a cookie alone can't do."""

import hashlib
import hmac
import re
from urllib.parse import urljoin

import pytest
from aiohttp import ClientSession

from tests.integration.invoice_service.invoices.shop import Shop
from tests.integration.invoice_service.web.people import PASSWORD, People
from tests.support.invoicing import running
from tests.support.visitor import Visitor, visiting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def is_in(browser: Visitor) -> bool:
    return (await browser.get("/invoices")).path == "/invoices"


def token_of(browser: Visitor) -> str:
    return browser.cookies()["factures_session"].value


async def test_a_login_leads_to_what_was_to_be_seen(people: People) -> None:
    person = await people.hire("viewer")
    asked = await person.browser.get("/invoices?q=a%26b")
    assert asked.path.startswith("/login?next=")
    seen = await person.browser.send(asked, "/login", email=person.email.upper(), password=PASSWORD)
    assert seen.path == "/invoices?q=a%26b"
    assert (await person.browser.get("/login")).path == "/"


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example", "/\\evil.example", "x"])
async def test_a_login_never_leads_elsewhere(people: People, elsewhere: str) -> None:
    person = await people.hire("viewer")
    form = await person.browser.get("/login")
    seen = await person.browser.send(form, "/login", next=elsewhere, email=person.email, password=PASSWORD)
    assert seen.path == "/"


async def test_a_wrong_password_and_an_unknown_address_look_the_same(people: People, shop: Shop) -> None:
    person = await people.hire("viewer")
    wrong = await person.browser.log_in(person.email, "not this one at all")
    unknown = await person.browser.log_in("nobody@shop.example", PASSWORD)
    assert (wrong.status, unknown.status) == (422, 422)
    assert wrong.one("//*[@role='alert']").text == unknown.one("//*[@role='alert']").text
    assert wrong.one("//input[@name='email']").value == person.email
    assert "not this one" not in wrong.text
    assert not await is_in(person.browser)
    nameless = await shop.api.post("/users", {"email": "np@shop.example", "name": "x", "role": "admin"})
    assert nameless.status == 201
    assert (await person.browser.log_in("np@shop.example", "")).status == 422


async def test_only_a_hash_of_the_token_is_kept_and_scripts_never_see_it(people: People, shop: Shop) -> None:
    browser = await people.one("viewer")
    cookie = browser.cookies()["factures_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    rows = await shop.api.database.fetch("select token_sha256 from sessions")
    kept = {row["token_sha256"] for row in rows}
    assert hashlib.sha256(cookie.value.encode()).hexdigest() in kept
    assert cookie.value not in str(rows)


async def test_behind_https_the_cookie_is_this_hosts_and_secure(people: People, shop: Shop) -> None:
    person = await people.hire("viewer")
    form = await person.browser.get("/login", X_Forwarded_Proto="https")
    assert "Strict-Transport-Security" not in form.headers, "whoever is no trusted proxy is not believed"
    async with (
        running(shop.api.database, shop.api.folder, public_url="https://factures.example") as deployed,
        visiting(deployed.base) as browser,
    ):
        form = await browser.get("/login")
        assert "max-age" in form.headers["Strict-Transport-Security"]
        cookie = form.headers["Set-Cookie"]
        assert re.match(r"__Host-factures_visitor=.*; Secure", cookie), cookie
        assert "Domain" not in cookie


async def test_a_session_ends_by_logout(people: People, shop: Shop) -> None:
    browser = await people.one("viewer")
    token = token_of(browser)
    seen = await browser.send(await browser.get("/me"), "/logout")
    assert seen.path == "/login"
    answer = await shop.api.get("/me", key=None, headers={"Cookie": f"factures_session={token}"})
    assert answer.status == 401


async def test_a_session_ends_when_nobody_is_there_and_after_a_week(people: People, shop: Shop) -> None:
    idle, busy = await people.one("viewer"), await people.one("viewer")
    for _ in range(15):
        shop.api.clock.pass_(hours=11)
        assert await is_in(busy)
    shop.api.clock.pass_(hours=4)
    assert not await is_in(busy), "seven days are over"
    assert not await is_in(idle)


async def test_a_changed_password_ends_every_session_but_the_one_that_changed_it(people: People) -> None:
    person = await people.hire("biller")
    await person.browser.log_in(person.email, PASSWORD)
    elsewhere = await people.stranger()
    await elsewhere.log_in(person.email, PASSWORD)
    profile = await person.browser.get("/me")
    new = "une tout autre phrase"

    wrong = await person.browser.send(profile, "/me/password", current="not mine", password=new, again=new)
    assert (wrong.status, len(wrong.all("//*[@id='fault-current']"))) == (422, 1)
    differing = await person.browser.send(
        profile, "/me/password", current=PASSWORD, password=new, again=new + "x"
    )
    assert (differing.status, len(differing.all("//*[@id='fault-again']"))) == (422, 1)
    short = await person.browser.send(profile, "/me/password", current=PASSWORD, password="x", again="x")
    assert (short.status, len(short.all("//*[@id='fault-password']"))) == (422, 1)
    assert await is_in(elsewhere)

    done = await person.browser.send(profile, "/me/password", current=PASSWORD, password=new, again=new)
    assert (done.status, done.path) == (200, "/me?done=password")
    assert await is_in(person.browser)
    assert not await is_in(elsewhere)
    assert (await elsewhere.log_in(person.email, PASSWORD)).status == 422
    assert (await elsewhere.log_in(person.email, new)).status == 200


async def test_who_is_dismissed_is_out(people: People, shop: Shop) -> None:
    person = await people.hire("viewer")
    await person.browser.log_in(person.email, PASSWORD)
    await shop.api.patch(f"/users/{person.id}", {"active": False})
    assert not await is_in(person.browser)
    assert (await person.browser.log_in(person.email, PASSWORD)).status == 422
    await shop.api.patch(f"/users/{person.id}", {"active": True})
    assert not await is_in(person.browser), "the session does not come back"


async def test_a_form_without_the_pages_token_does_nothing(people: People) -> None:
    browser, other = await people.one("viewer"), await people.one("viewer")
    theirs = str((await other.get("/me")).form("/logout")["csrf"])
    for fields in ({}, {"csrf": "x"}, {"csrf": theirs}):
        refused = await browser.post("/logout", fields)
        assert refused.status == 403
    genuine = (await browser.get("/me")).form("/logout")
    refused = await browser.post("/logout", genuine, Sec_Fetch_Site="cross-site")
    assert refused.status == 403
    assert await is_in(browser)
    refused = await (await people.stranger()).post("/login", {"email": "a@b.example", "password": "x"})
    assert refused.status == 403, "nobody is logged in by another site either"


async def test_a_visitors_cookie_that_somebody_else_has_set_opens_no_form(people: People, shop: Shop) -> None:
    browser = await people.one("viewer")
    planted = hmac.new(b"planted", b"csrf", hashlib.sha256).hexdigest()
    cookies = {"Cookie": f"factures_session={token_of(browser)}; factures_visitor=planted"}
    form = (await browser.get("/me")).form("/me/password")
    async with ClientSession(headers=cookies) as session:
        for token, status in ((planted, 403), (form["csrf"], 200)):
            fields = {"csrf": token, "language": "fr", "next": "/me"}
            async with session.post(urljoin(shop.api.base, "/me"), data=fields) as answer:
                assert answer.status == status
    headers = {**cookies, "X-CSRF-Token": planted}
    refused = await shop.api.patch("/me", {"theme": "dark"}, key=None, headers=headers)
    assert (refused.status, refused.code) == (403, "csrf_token_missing")


async def test_the_cookie_works_on_the_api_and_writes_with_the_token_only(people: People, shop: Shop) -> None:
    browser = await people.one("biller")
    cookie = {"Cookie": f"factures_session={token_of(browser)}"}
    me = await shop.api.get("/me", key=None, headers=cookie)
    assert (me.status, me.json["kind"], me.json["role"]) == (200, "user", "biller")
    body = {"theme": "dark"}
    refused = await shop.api.patch("/me", body, key=None, headers=cookie)
    assert (refused.status, refused.code) == (403, "csrf_token_missing")
    token = (await browser.get("/me")).one("//meta[@name='csrf-token']").get("content")
    known = {**cookie, "X-CSRF-Token": token}
    other_site = await shop.api.patch("/me", body, key=None, headers={**known, "Sec-Fetch-Site": "same-site"})
    assert other_site.status == 403
    assert (await shop.api.patch("/me", body, key=None, headers=known)).status == 200
    assert 'data-theme="dark"' in (await browser.get("/me")).text
    forbidden = await shop.api.get("/users", key=None, headers=cookie)
    assert (forbidden.status, forbidden.code) == (403, "forbidden")


async def test_logins_are_limited_by_person_and_address(people: People, shop: Shop) -> None:
    async with running(shop.api.database, shop.api.folder, login_limit="3/hour") as api:
        person = await people.hire("viewer")
        async with visiting(api.base) as browser:
            for _ in range(3):
                assert (await browser.log_in(person.email, "wrong")).status == 422
            held = await browser.log_in(person.email, PASSWORD)
            assert held.status == 429
            assert int(held.headers["Retry-After"]) > 0
            other = await people.hire("viewer")
            assert (await browser.log_in(other.email, PASSWORD)).status == 200


async def test_who_logs_in_often_is_no_guesser(people: People, shop: Shop) -> None:
    async with running(shop.api.database, shop.api.folder, login_limit="2/hour") as api:
        person = await people.hire("viewer")
        for _ in range(3):
            async with visiting(api.base) as browser:
                assert (await browser.log_in(person.email, PASSWORD)).status == 200


async def test_language_and_theme_are_each_persons_own(people: People) -> None:
    browser = await people.one("viewer")
    seen = await browser.get("/me", Accept_Language="en")
    assert seen.tree.get("lang") == "en", "until the person chooses, it is the browser's"
    seen = await browser.post("/me", {**seen.form("/me/password"), "language": "fr", "next": "/invoices"})
    assert (seen.path, seen.tree.get("lang")) == ("/invoices", "fr")
    assert (await browser.get("/me", Accept_Language="en")).tree.get("lang") == "fr"
    wrong = await browser.post("/me", {**(await browser.get("/me")).form("/me/password"), "theme": "pink"})
    assert wrong.status == 422


async def test_the_login_page_speaks_both_languages(people: People) -> None:
    browser = await people.stranger()
    seen = await browser.get("/login")
    assert seen.tree.get("lang") == "fr"
    seen = await browser.send(seen, "/language", language="en")
    assert (seen.path, seen.tree.get("lang")) == ("/login", "en")
