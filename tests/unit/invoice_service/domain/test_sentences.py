"""Every code that is raised or shown anywhere in the service has a sentence in both languages."""

import ast
import functools
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.invoice_service.domain import sentences
from services.invoice_service.domain.sentences import known_codes, sentence

SERVICE = Path(sentences.__file__).parents[1]
# Where a code stands in a call: the place, or the name, of the argument.
PLACES: dict[str, tuple[int, str]] = {
    "Conflict": (0, "code"),
    "Invalid": (0, "code"),
    "Refusal": (0, "code"),
    "FieldError": (1, "code"),
    "AxisReason": (0, "code"),
    "Reason": (0, "code"),
    "sentence": (0, "code"),
    "bad_parameter": (1, "code"),
    "Unfit": (9, "code"),
    "tell": (0, "code"),
    "alert": (3, "code"),
    "_problem": (2, "code"),
    "park_message": (9, "code"),
    "Action": (1, "code"),
    "_waiting": (1, "code"),
}


@functools.cache
def found() -> frozenset[tuple[str, str]]:
    """Every code, with the module that says it."""
    return frozenset(
        (str(path.relative_to(SERVICE)), code)
        for path in SERVICE.rglob("*.py")
        # In a body, a code in a dictionary is an example: of a tax, of a charge.
        for code in codes_of(ast.parse(path.read_text(encoding="utf-8")), dicts=path.parent.name != "bodies")
    )


def literals(node: ast.AST | None) -> Iterator[str]:
    """The strings that an expression can be: one, or either of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        for argument in (*node.args[1:], *(getattr(node.func.value, "values", []))):
            yield from literals(argument)


def codes_of(tree: ast.Module, *, dicts: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from codes_of_call(tree, node)
            case ast.Assign() if any(getattr(one, "id", "") == "code" for one in node.targets):
                yield from literals(node.value)
            case ast.Dict() if dicts:
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "code":
                        yield from literals(value)
            case ast.FunctionDef() if node.name.endswith("_obstacle"):
                for inner in ast.walk(node):
                    yield from literals(inner.value if isinstance(inner, ast.Return) else None)


def codes_of_call(tree: ast.Module, call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in PLACES:
        place, keyword = PLACES[name]
        given = call.args[place] if len(call.args) > place else None
        named = next((one.value for one in call.keywords if one.arg == keyword), None)
        yield from literals(given or named)
    if name == "__init__" and call.args:
        yield from refusals(tree, call)


def refusals(tree: ast.Module, call: ast.Call) -> Iterator[str]:
    """The code of a refusal of a class of its own: what it hands up."""
    for node in ast.walk(tree):
        bases = {getattr(base, "id", "") for base in node.bases} if isinstance(node, ast.ClassDef) else set()
        if "Refusal" in bases and call in ast.walk(node):
            yield from literals(call.args[0])


def test_every_code_has_a_sentence() -> None:
    assert {(module, code) for module, code in found() if code not in known_codes()} == set()


def test_the_codes_are_found_where_they_are_raised() -> None:
    """A search that finds nothing would prove nothing."""
    codes = {code for _, code in found()}

    assert len(codes) > 80
    assert {
        "not_found", "forbidden", "stale_version", "over_invoicing", "tax_code_missing", "no_priced_line",
        "credit_not_final", "unauthorized", "too_large", "email_under_way", "rendering_failed", "connector_paused",
        "outbound_off", "late_transfer_result", "conflicting_repeat", "unknown_parameter", "partly", "email_failed",
    } <= codes  # fmt: skip


def test_every_sentence_is_needed() -> None:
    texts = "".join(
        path.read_text(encoding="utf-8") for path in SERVICE.rglob("*.py") if path.name != "sentences.py"
    )
    assert [code for code in sorted(known_codes()) if f'"{code}"' not in texts] == []


@pytest.mark.parametrize("code", sorted(known_codes()))
def test_both_languages_say_it_in_a_sentence_with_the_same_data(code: str) -> None:
    fr, en = sentences._SENTENCES[code]

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert fields(fr) == fields(en)
    assert fr != en
    for text in (fr, en):
        assert text[0].isupper() or text[0] in "{“"
        assert text.endswith((".", "}"))
    filled = sentence(code, dict.fromkeys(fields(fr), "D-7"))
    assert all("{" not in text.replace("{{D-7}}", "") for text in (filled.fr, filled.en))


def test_data_that_is_not_there_shows_as_a_dash_and_a_code_without_a_sentence_as_itself() -> None:
    assert sentence("job_cancelled").fr == "Le dossier \N{EM DASH} est annulé."
    assert sentence("job_cancelled", {"job": "D-7", "more": 1}).en == "Job D-7 is cancelled."
    assert sentence("nobody_knows").fr == sentence("nobody_knows").en == "nobody_knows"


def test_what_a_person_wrote_is_not_read_as_a_place_to_fill() -> None:
    assert sentence("on_hold", {"reason": "{job} {0}"}).fr == "La facture est en attente : {job} {0}"
