import pytest

from services.invoice_service.application.finding_words import finding_sentence
from services.invoice_service.domain.audit_chain import BEGINNING, ChainCheck, Head, Link, chained

ROWS = [(1, "a"), (2, "b"), (5, "c"), (4, "d")]


def links(rows: list[tuple[int, str]] = ROWS) -> list[Link]:
    return list(chained(Head(), rows))


def found(
    chain: list[Link], texts: dict[int, str | None] | None = None, kept: Head | None = None
) -> list[tuple[str, str]]:
    now = {**dict(ROWS), **(texts or {})}
    check = ChainCheck(kept)
    wrong = [one for link in chain for one in check.read(link, now.get(link.audit_id))]
    return [(row, finding_sentence(code, data).en) for row, code, data in [*wrong, *check.ended()]]


def test_sealing_in_several_batches_makes_the_same_chain() -> None:
    first = links(ROWS[:2])
    rest = list(chained(Head(2, first[-1].chain), ROWS[2:]))

    assert first + rest == links()
    assert found(first + rest) == []


@pytest.mark.parametrize("row", [1, 2, 5, 4])
def test_a_row_that_changed_or_went_is_told_and_no_other(row: int) -> None:
    assert found(links(), {row: "x"}) == [(f"audit {row}", "the row has changed")]
    assert found(links(), {row: None}) == [(f"audit {row}", "the row was removed")]


def test_a_link_that_was_taken_out_or_rewritten_breaks_the_chain() -> None:
    whole = links()

    assert [subject for subject, _ in found(whole[:1] + whole[2:])] == ["audit 5"] * 2
    forged = Link(2, 2, links([(2, "x")])[0].content, whole[1].chain)
    assert found([whole[0], forged, *whole[2:]], {2: "x"}) == [
        ("audit 2", "its link in the chain has changed")
    ]


def test_a_chain_made_anew_passes_alone_but_not_against_the_head_that_was_kept() -> None:
    kept = Head(3, links()[2].chain)
    anew = links([(1, "a"), (2, "x"), (5, "c"), (4, "d")])

    assert found(links(), kept=kept) == []
    assert found(anew, {2: "x"}) == []
    assert found(anew, {2: "x"}, kept) == [("audit 5", "the chain is not the one whose head was kept")]
    assert found(links()[:2], kept=kept) == [("chain", "it ends at 2; the head that was kept is at 3")]


def test_a_head_is_read_as_it_was_printed() -> None:
    head = Head(7, "ab" * 32)

    assert Head.parse(f" {head}\n") == head
    assert Head.parse(f"0-{BEGINNING}") == Head()


@pytest.mark.parametrize(
    "text", ["", "7", "x-" + "ab" * 32, "7-" + "ab" * 31, "7-" + "XY" * 32, "-7-" + "ab" * 32]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not the head"):
        Head.parse(text)
