"""Whether a data folder holds a demonstration, since when, and whether it is complete: one small file."""

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path

_FILE = "demonstration.json"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demonstration that was begun at that moment, from which its days are counted."""

    begun: dt.datetime
    complete: bool


def demonstration_in(folder: Path) -> Demonstration | None:
    """The demonstration of a data folder, if it holds one."""
    try:
        kept = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Demonstration(dt.datetime.fromisoformat(kept["begun"]), kept["complete"])


def keep(folder: Path, demonstration: Demonstration) -> None:
    """Write it down, whole or not at all, on disk when this returns."""
    text = json.dumps({"begun": demonstration.begun.isoformat(), "complete": demonstration.complete})
    unfinished = folder / f"{_FILE}.new"
    with unfinished.open("w", encoding="utf-8") as output:
        output.write(f"{text}\n")
        output.flush()
        os.fsync(output.fileno())
    unfinished.replace(folder / _FILE)
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
