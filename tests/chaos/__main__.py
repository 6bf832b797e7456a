"""python -m tests.chaos [--minutes 10] [--seed 1]: does everything survive, and do the books close?"""

import argparse
import asyncio
import logging
import shutil
import sys
import time

import structlog

from tests.chaos.run import Run, run
from tests.support.processes import ROOT


def main() -> int:
    """Run it; the last line is the verdict. The exit code is 1 when the books don't close."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=16)
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    folder = ROOT / ".local" / "chaos" / f"seed-{wanted.seed}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()

    def say(sentence: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - began:6.1f}] {sentence}\n")
        sys.stdout.flush()

    plan = Run(seed=wanted.seed, seconds=60 * wanted.minutes, clients=wanted.clients)
    try:
        verdict = asyncio.run(run(plan, folder, say))
    except BaseException:
        say(f"did not come to its end; logs, mails and ledger are in {folder}")
        raise
    if verdict.closes:
        shutil.rmtree(folder)
    else:
        say(f"logs, mails and ledger are in {folder}")
    sys.stdout.write(f"{verdict}\n")
    return 0 if verdict.closes else 1


if __name__ == "__main__":
    sys.exit(main())
