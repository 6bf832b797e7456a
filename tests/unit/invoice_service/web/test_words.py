"""The catalogues of the pages: the same keys in both languages, all that is asked for, nothing that is not."""

import json
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.invoice_service.web.words import words_in

WEB = Path(__file__).parents[4] / "services/invoice_service/web"
FRENCH, ENGLISH = words_in("fr").texts, words_in("en").texts
# t("key"), t('key'), words("key"), and data-text-… attributes are filled by t, too.
_WHOLE = re.compile(r"""\b(?:t|words)\(\s*["']([\w.]+)["']\s*[,)]""")
# t("prefix." ~ name): every key of the family is asked for by its name.
_FAMILY = re.compile(r"""\b(?:t|words)\(\s*f?["']([\w.]+\.)(?:["']\s*~|\{)""")
# A column of a ListBook: its heading, what its cells hold, its width.
_COLUMN = re.compile(r"""\(["'](\w+\.[\w.]+)["'], "\w+", \d+\)""")
_KEY = re.compile(r"""(?:key = |_KEY\b.*?= )["']([\w.]+\.)%""")
_PLURALS = (".one", ".other", ".many")


def sources() -> Iterator[str]:
    for pattern in ("templates/*.html", "*.py"):
        for path in WEB.glob(pattern):
            yield path.read_text(encoding="utf-8")


def asked() -> tuple[set[str], set[str]]:
    """Whole keys, and beginnings of keys."""
    whole, families = set[str](), set[str]()
    for text in sources():
        whole |= set(_WHOLE.findall(text)) | set(_COLUMN.findall(text))
        families |= set(_FAMILY.findall(text)) | set(_KEY.findall(text))
    return whole, families


def plain(key: str) -> str:
    """A key without its plural."""
    return next((key.removesuffix(plural) for plural in _PLURALS if key.endswith(plural)), key)


def test_both_catalogues_have_the_same_keys_in_the_same_order() -> None:
    # French says many for a million of something; English never does.
    assert [key for key in FRENCH if not key.endswith(".many")] == list(ENGLISH)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_key_is_said_twice(language: str) -> None:
    text = (WEB / f"catalogues/{language}.json").read_text(encoding="utf-8")
    pairs: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list)
    assert [key for key, times in Counter(key for key, _ in pairs).items() if times > 1] == []


def test_every_key_that_is_asked_for_exists() -> None:
    whole, families = asked()
    known = {plain(key) for key in FRENCH} | set(FRENCH)
    assert whole - known == set()
    assert {family for family in families if not any(key.startswith(family) for key in FRENCH)} == set()


def test_every_key_is_asked_for() -> None:
    whole, families = asked()
    idle = {
        key
        for key in FRENCH
        if not {key, plain(key)} & whole and not key.startswith(tuple(families or {"?"}))
    }
    assert idle == set()


def test_both_languages_fill_in_the_same() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert [key for key in ENGLISH if names(FRENCH[key]) != names(ENGLISH[key])] == []
    assert [key for key, text in (*FRENCH.items(), *ENGLISH.items()) if not text.strip()] == []
