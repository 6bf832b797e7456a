"""What mapping 1 made of these snapshots, it makes for ever: an issued file never changes, whatever the release.

The files were made once. A test that fails here asks for a mapping 2, not for other files (ADR 17).
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document
from tests.architecture.house import ROOT
from tests.contract.ubl.schemas import schema_faults

FILES = Path(__file__).parent / "files"
NAMES = sorted(path.stem for path in FILES.glob("*.json"))
ELSEWHERE = """
import hashlib, sys
from shared.contracts.values import DocumentSnapshot
from shared.ubl.document import ubl_document
for path in sys.argv[1:]:
    snapshot = DocumentSnapshot.model_validate_json(open(path, "rb").read())
    print(hashlib.sha256(ubl_document(snapshot)).hexdigest())
"""


def snapshot(name: str) -> DocumentSnapshot:
    return DocumentSnapshot.model_validate(json.loads((FILES / f"{name}.json").read_text(encoding="utf-8")))


def issued(name: str) -> bytes:
    return (FILES / f"{name}.xml").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_an_issued_file_never_changes(name: str) -> None:
    assert ubl_document(snapshot(name)).decode() == issued(name).decode()
    assert schema_faults(issued(name)) == []


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_elsewhere_makes_the_same_bytes(seed: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, *(str(FILES / f"{name}.json") for name in NAMES)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(NAMES) >= 4
    assert told.stdout.split() == [hashlib.sha256(issued(name)).hexdigest() for name in NAMES]
