"""The shop's settings, its business entities and the words of its forms, without a script."""

import base64
import struct
import zlib

import pytest

from tests.integration.invoice_service.invoices.shop import Shop, expect
from tests.integration.invoice_service.web.people import People
from tests.support.visitor import Fields

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMPANY = "/settings/company"
ENTITIES = "/settings/business-entities"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


async def test_every_setting_is_on_the_page_and_only_changes_are_saved(shop: Shop, people: People) -> None:
    admin = await people.the("admin")
    before = expect(await shop.api.get("/settings"), 200)
    seen = await admin.get(COMPANY)
    fields = {name.partition(".")[0] for name in seen.form(COMPANY) if not name.startswith("was.")}
    boxes = {box.get("name") for box in seen.all("//main//input[@type='checkbox']")}
    assert before.keys() == (fields | boxes) - {"csrf", "trial"}
    seen = await admin.send(seen, COMPANY)
    assert seen.says("Les paramètres sont enregistrés.")
    assert expect(await shop.api.get("/settings"), 200) == before
    changes: Fields = {
        "outbound": "trial",
        "trial": "essai@shop.example",
        "overrun_tolerance_percent": "7,5",
        "locked_until": "2025-01-31",
        "footer.fr": "Merci.",
        "footer.en": "Thanks.",
        "columns": ["description", "quantity", "total"],
    }
    async with shop.settings(
        **{name.partition(".")[0]: before[name.partition(".")[0]] for name in changes if name != "trial"}
    ):
        seen = await admin.send(await admin.get(COMPANY), COMPANY, **changes)
        assert seen.says("Attention : tous les courriels partent à essai@shop.example.")
        assert expect(await shop.api.get("/settings"), 200) == {
            **before,
            "outbound": "essai@shop.example",
            "overrun_tolerance_percent": "7.5",
            "locked_until": "2025-01-31",
            "footer": {"fr": "Merci.", "en": "Thanks."},
            "columns": ["description", "quantity", "total"],
        }
        # Without a script a button puts a column somewhere else, and saves nothing.
        seen = await admin.send(await admin.get(COMPANY), COMPANY, move="columns:up:total")
        assert seen.status == 200
        assert [
            box.get("value") for box in seen.all("//input[@name='columns'][@checked]")
        ] == ["description", "total", "quantity"]  # fmt: skip
        assert expect(await shop.api.get("/settings"), 200)["columns"] == ["description", "quantity", "total"]
        seen = await admin.send(seen, COMPANY)
        assert expect(await shop.api.get("/settings"), 200)["columns"] == ["description", "total", "quantity"]
        cleared: Fields = {
            "outbound": "off",
            "footer.fr": "",
            "footer.en": "",
            "columns": [],
            "locked_until": "",
        }
        seen = await admin.send(seen, COMPANY, **cleared)
        assert seen.says("Attention : les envois sont coupés.")
        now = expect(await shop.api.get("/settings"), 200)
        assert (now["outbound"], now["footer"], now["columns"], now["locked_until"]) == (
            "off",
            None,
            None,
            None,
        )


async def test_a_setting_that_is_wrong_says_so_beside_its_field(shop: Shop, people: People) -> None:
    admin, before = await people.the("admin"), expect(await shop.api.get("/settings"), 200)
    wrong = {"timezone": "Mars", "outbound": "trial", "trial": "personne", "default_revenue_account": "9999"}
    seen = await admin.send(await admin.get(COMPANY), COMPANY, **wrong)
    assert seen.status == 422
    assert {one.get("name") for one in seen.all("//*[@aria-invalid='true']")} == {"timezone", "trial"}
    seen = await admin.send(seen, COMPANY, timezone="America/Toronto", outbound="on")
    assert seen.says("9999 n'existe pas.")
    assert expect(await shop.api.get("/settings"), 200) == before


async def test_two_administrators_lose_no_setting(shop: Shop, people: People) -> None:
    admin, before = await people.the("admin"), expect(await shop.api.get("/settings"), 200)
    async with shop.settings(currency=before["currency"], accent_colour=before["accent_colour"]):
        mine = await admin.get(COMPANY)
        expect(await shop.api.patch("/settings", {"accent_colour": "#112233"}), 200)
        await admin.send(mine, COMPANY, currency="USD")
        now = expect(await shop.api.get("/settings"), 200)
        assert (now["accent_colour"], now["currency"]) == ("#112233", "USD")
        seen = await admin.send(mine, COMPANY, accent_colour="#445566")
        assert (seen.status, seen.says("#112233")) == (409, True)
        await admin.send(seen, COMPANY)
        assert expect(await shop.api.get("/settings"), 200)["accent_colour"] == "#445566"


async def test_a_reader_reads_the_settings_and_changes_none(people: People) -> None:
    viewer = await people.the("viewer")
    for path in (COMPANY, ENTITIES, f"{ENTITIES}/MAIN", "/settings/translations?edit=date"):
        seen = await viewer.get(path)
        assert (
            seen.status,
            seen.all("//main//button[not(@data-print or contains(@class, 'no-script'))]"),
        ) == (
            200,
            [],
        )
        assert (
            seen.all(
                "//main//*[self::input or self::select][not(@id='q' or @id='active-filter' or @type='hidden')]"
            )
            == []
        )


async def test_an_entity_with_its_logo(shop: Shop, people: People) -> None:
    admin, code = await people.the("admin"), "ATELIER"
    seen = await admin.get(f"{ENTITIES}?add=1")
    fields = {
        **seen.form(f"{ENTITIES}?add=1"),
        "code": code,
        "name": "Atelier",
        "address.line1": "1, rue Sainte",
    }
    # The logo is fit, the address is not: the picture is not chosen a second time.
    seen = await admin.upload(f"{ENTITIES}?add=1", fields, [("logo.png", _png(), "image/png")], name="logo")
    assert (seen.status, seen.one("//*[@aria-invalid='true']").get("name")) == (422, "address.city")
    seen = await admin.upload(
        f"{ENTITIES}?add=1", {**seen.form(f"{ENTITIES}?add=1"), "address.city": "Lévis"}, []
    )
    assert seen.says(f"{code} est enregistré.")
    entity = expect(await shop.api.get(f"/business-entities/{code}"), 200)
    assert entity["logo"] == "data:image/png;base64," + base64.b64encode(_png()).decode()
    assert (entity["address"]["city"], entity["is_default"], entity["active"]) == ("Lévis", False, True)
    assert seen.one("//main//img").get("src") == entity["logo"]
    at = f"{ENTITIES}/{code}"
    seen = await admin.upload(
        at, {**seen.form(at), "gst_number": "1 RT"}, [("l.svg", SVG, "image/svg+xml")], name="logo"
    )
    assert "svg+xml" in seen.one("//main//img").get("src")
    foreign = SVG.replace(b"<path", b'<image href="https://x.example/a.png"/><path')
    seen = await admin.upload(at, seen.form(at), [("l.svg", foreign, "image/svg+xml")], name="logo")
    assert (seen.status, seen.one("//input[@id='logo']").get("aria-invalid")) == (422, "true")
    seen = await admin.upload(at, {**seen.form(at), "remove_logo": "1"}, [])
    assert seen.all("//main//img") == []
    assert expect(await shop.api.get(f"/business-entities/{code}"), 200)["gst_number"] == "1 RT"
    assert code in (await admin.get(ENTITIES)).text
    seen = await admin.get(f"{ENTITIES}/MAIN?delete=1")
    seen = await admin.send(seen, f"{ENTITIES}/MAIN/delete")
    assert (seen.status, seen.says("MAIN est utilisé et ne peut pas être supprimé.")) == (409, True)
    seen = await admin.send(await admin.get(f"{at}?delete=1"), f"{at}/delete")
    assert seen.says(f"{code} est supprimé.")


async def test_a_word_of_the_form_is_changed_and_brought_back(shop: Shop, people: People) -> None:
    admin, path = await people.the("admin"), "/settings/translations"
    seen = await admin.get(f"{path}?edit=po_number")
    assert seen.says("Par défaut : Votre P.O.")
    seen = await admin.send(seen, f"{path}/po_number", fr="Bon de commande")
    own = expect(await shop.api.get("/translations/po_number"), 200)
    assert own == {"key": "po_number", "fr": "Bon de commande", "en": "Your P.O."}
    assert "Bon de commande" in (await admin.get(f"{path}?q=bon de")).text
    seen = await admin.send(await admin.get(f"{path}?delete=po_number"), f"{path}/po_number/delete")
    assert seen.says("po_number a de nouveau son texte par défaut.")
    assert (await shop.api.get("/translations/po_number")).status == 404
    assert (await admin.get(f"{path}?edit=nothing")).status == 200
