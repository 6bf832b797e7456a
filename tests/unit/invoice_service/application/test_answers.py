"""Whoever waits for a worker's answer is woken by it, and by no other's."""

import asyncio

import pytest

from services.invoice_service.application.answers import Answers

NEVER = 0.01


async def woken(answers: Answers, told: str, *, about: str = "i-1") -> bool:
    """Whether one who waits for `about` is woken by what is told."""
    with answers.about(about) as answer:
        answers.come(told)
        loop = asyncio.get_running_loop()
        before = loop.time()
        await answer.wait(NEVER)
        return loop.time() - before < NEVER


@pytest.mark.parametrize(("told", "wakes"), [("i-1", True), ("i-2", False), ("", True)])
async def test_who_is_woken(told: str, wakes: bool) -> None:  # noqa: FBT001 - pytest names it
    assert await woken(Answers(), told) is wakes


async def test_each_waits_anew_and_what_nobody_waits_for_is_forgotten() -> None:
    answers = Answers()
    with answers.about("i-1") as first, answers.about("i-1") as second:
        answers.come("i-1")
        await asyncio.gather(first.wait(60), second.wait(60))
        waiting = asyncio.create_task(first.wait(60))
        await asyncio.sleep(0)
        assert not waiting.done()
        answers.come("i-1")
        await waiting
    answers.come("i-1")

    assert await woken(answers, "i-2", about="i-1") is False
