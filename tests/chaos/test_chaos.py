"""Under load everything is killed, paused and cut off, for half a minute: the books close.

`make chaos MINUTES=10 SEED=1` does the same for longer.
"""

from pathlib import Path

import pytest

from tests.chaos.plan import missing_kinds, planned
from tests.chaos.run import Run, run

# Its plan has every kind of fault, and both servers are killed.
SHORT = Run(seed=1248, seconds=22, gap=1.8, clients=12, patience=180)


@pytest.mark.timeout(600)
async def test_the_books_close_after_everything_was_killed_paused_and_cut_off(tmp_path: Path) -> None:
    assert missing_kinds(planned(SHORT.seed, SHORT.seconds, gap=SHORT.gap)) == set()
    told: list[str] = []

    verdict = await run(SHORT, tmp_path, told.append)

    assert verdict.closes, "\n".join([*told, str(verdict), f"logs, mails and ledger are in {tmp_path}"])
    assert (verdict.requests["accepted"] > 100, verdict.finals > 10, verdict.mails > 5) == (True, True, True)
