"""The HTML side of an e-mail: what stands in it, and what never may."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.commands import Fact, Summary
from shared.mail.page import DEFAULT_ACCENT, page

SUMMARY = Summary(
    issuer="Imprimerie <Untel> & fils",
    title="Facture 00004",
    facts=(Fact(label="Total", value="18 180,59 $"), Fact(label="Échéance", value="17 août 2025")),
    footer="1200, rue des Artisans\nfactures@imprimerie.example",
    accent_colour="#0b5394",
)
# Elements that mail clients keep; none of them can load, run or submit anything.
KNOWN = {
    "a", "body", "br", "div", "h1", "head", "html", "meta", "p", "style", "table", "td", "title", "tr",
}  # fmt: skip


class Reader(HTMLParser):
    """What a browser would see: elements with their attributes, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "a":
            self.text += " "
        self._silent = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data

    @property
    def links(self) -> list[str | None]:
        return [attributes.get("href") for tag, attributes in self.elements if tag == "a"]


def made(body: str, summary: Summary | None = None) -> str:
    return page(body, "fr", title="Votre facture", summary=summary)


def test_the_text_is_escaped_and_keeps_paragraphs_and_lines() -> None:
    source = made('Bonjour <b>vous</b> & "eux",\r\n\r\nligne 1\nligne 2\n\n\n\n\x00\x1bfin')
    assert '<html lang="fr">' in source
    assert "Bonjour &lt;b&gt;vous&lt;/b&gt; &amp; &quot;eux&quot;,</p>" in source
    assert "ligne 1<br>\nligne 2</p>" in source
    assert ">fin</p>" in source
    assert source.count("<p ") == 3


def test_braces_are_just_braces() -> None:
    summary = SUMMARY.model_copy(update={"title": "{dark} {0}", "footer": "{foot}"})
    text = Reader(made("{style} {0} %s", summary)).text
    assert "{style} {0} %s" in text
    assert "{dark} {0}" in text
    assert "{foot}" in text


def test_the_summary_stands_above_the_text_and_the_footer_under_it() -> None:
    source = made("Bonjour,", SUMMARY)
    words = " ".join(Reader(source).text.split())
    assert words == (
        "Imprimerie <Untel> & fils Facture 00004 Total 18 180,59 $ Échéance 17 août 2025 Bonjour,"
        " 1200, rue des Artisans factures@imprimerie.example"
    )
    assert 'bgcolor="#0b5394"' in source
    assert "<title>Votre facture</title>" in source


def test_a_long_value_leaves_the_words_of_its_label_whole() -> None:
    label = page("x", "fr", title="x", summary=SUMMARY).partition(">Total</td>")[0].rpartition("<td")[2]

    assert "word-break:normal" in label


def test_a_summary_may_be_no_more_than_a_name_and_a_title() -> None:
    least = Summary(issuer="Imprimerie Untel", title="Facture 00004")
    assert " ".join(Reader(made("Bonjour,", least)).text.split()) == "Imprimerie Untel Facture 00004 Bonjour,"


@pytest.mark.parametrize("colour", [None, "red", "#fff", '#0b5394"><script>', "#0b5394\n"])
def test_a_colour_that_is_none_is_the_houses(colour: str | None) -> None:
    source = made("x", SUMMARY.model_copy(update={"accent_colour": colour}))
    assert f'bgcolor="{DEFAULT_ACCENT}"' in source
    assert "script" not in source


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://shop.example/p?a=1&b=2.", ["https://shop.example/p?a=1&b=2"]),
        ("(voir http://shop.example/a_(b))", ["http://shop.example/a_(b)"]),
        ("« https://shop.example/é »", ["https://shop.example/é"]),
        ("Écrivez à comptes@shop.example, merci", ["mailto:comptes@shop.example"]),
        ("https://a.example/x@b.example", ["https://a.example/x@b.example"]),
        ("https://shop.example/?to=a@b.example puis c@d.example", [
            "https://shop.example/?to=a@b.example", "mailto:c@d.example"]),
        ("https:// http://... www.shop.example shop.example a@b javascript:alert(1) data:text/html,x", []),
        ('https://shop.example/"onmouseover="alert(1)', ["https://shop.example/"]),
        ("https://shop.example/<script>", ["https://shop.example/"]),
    ],
)  # fmt: skip
def test_addresses_become_links_that_say_where_they_lead(text: str, links: list[str]) -> None:
    source = made(text)
    read = Reader(source)
    assert read.links == links
    assert text in read.text
    for link in links:
        assert f">{link.removeprefix('mailto:').replace('&', '&amp;')}</a>" in source


def test_a_direction_override_does_not_disguise_a_link() -> None:
    assert Reader(made("https://shop.example/\u202emoc.live")).links == ["https://shop.example/moc.live"]


@pytest.mark.parametrize("text", ["a" * 200_000, "a." * 100_000, "https://" * 25_000, "a@" * 100_000])
def test_text_without_end_costs_no_more_than_its_length(text: str) -> None:
    started = time.process_time()
    made(text)
    assert time.process_time() - started < 5


def test_it_is_made_for_both_schemes() -> None:
    source = made("x", SUMMARY)
    for name in ("color-scheme", "supported-color-schemes"):
        assert f'<meta name="{name}" content="light dark">' in source
    [style] = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    assert "@media (prefers-color-scheme:dark)" in style
    dark = set(re.findall(r"^\.(\w+)\{", style, re.MULTILINE))
    used = {
        name for _, attributes in Reader(source).elements for name in (attributes.get("class") or "").split()
    }
    assert used == dark


def test_it_is_laid_out_as_mail_clients_need_it() -> None:
    for tag, attributes in Reader(made("https://a.example", SUMMARY)).elements:
        if tag == "table":
            assert attributes["role"] == "presentation"
            assert int((attributes["width"] or "").removesuffix("%")) <= 600
        if tag in ("p", "h1", "a", "td"):
            assert attributes["style"]


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_is_written_nothing_is_loaded_run_or_smuggled(
    body: str, title: str, value: str, footer: str
) -> None:
    summary = Summary(issuer=title, title=value, facts=(Fact(label=title, value=value),), footer=footer)
    read = Reader(page(body, "en", title=title, summary=summary))
    assert {tag for tag, _ in read.elements} <= KNOWN
    for tag, attributes in read.elements:
        assert not {
            name for name in attributes if name.startswith("on") or name in ("src", "background", "action")
        }
        assert "url(" not in (attributes.get("style") or "")
        if tag == "a":
            assert (attributes["href"] or "").startswith(("https://", "http://", "mailto:"))
