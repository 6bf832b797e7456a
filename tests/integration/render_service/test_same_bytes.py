"""The same snapshot is the same bytes on another day, elsewhere, in another language of the machine."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from services.render_service import fonts
from services.render_service.samples import SAMPLES
from tests.integration.render_service.printing import print_all

ROOT = Path(__file__).parents[3]
NAMES = ("credit-note-en", "proforma-credit-note-fr", "png-logo-fr")
# What a rendering process does, without the environment that it is always given, and with a clock that is years off.
ELSEWHERE = """
import datetime, sys, time

class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2041, 3, 5, 6, 7, 8, tzinfo=tz)
    today = utcnow = now

datetime.datetime = Later
time.time = lambda: 2_246_000_000.0

from services.render_service.engine.pdf import PdfMaker
from services.render_service.samples import SAMPLES, logo_of

assert datetime.datetime.now().year == 2041
for name in sys.argv[1:]:
    pdf = PdfMaker().make(SAMPLES[name], logo_of(SAMPLES[name]))
    sys.stdout.buffer.write(len(pdf).to_bytes(4) + pdf)
"""


def test_whenever_and_wherever(tmp_path: Path) -> None:
    pdfs = asyncio.run(print_all(SAMPLES[name] for name in NAMES))

    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "FONTCONFIG_FILE": str(Path(fonts.__file__).with_name("fonts.conf")),
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "fr_CA.UTF-8",
        "LANG": "fr_CA.UTF-8",
        "PYTHONHASHSEED": "4711",
    }
    command = [sys.executable, "-c", ELSEWHERE, *NAMES]
    elsewhere = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True).stdout

    assert elsewhere == b"".join(len(pdf).to_bytes(4) + pdf for pdf in pdfs)
