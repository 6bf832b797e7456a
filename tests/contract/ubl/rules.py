"""The rules of EN 16931 (CEN's Schematron for UBL, compiled to XSLT), run by Saxon in a process of its own.

`python -m tests.contract.ubl.rules FILE...` prints, for each file, the rules that it breaks.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.architecture.house import ROOT
from tests.contract.ubl.schemas import folder

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_FAULTS = (f"{_SVRL}failed-assert", f"{_SVRL}successful-report")
Broken = dict[str, str]
"""Rule id -> `fatal` or `warning`."""


def broken_rules(contents: Mapping[str, bytes], where: Path) -> dict[str, Broken]:
    """The rules that each of these files breaks."""
    files = {where / f"{name}.xml": name for name in contents}
    for path, name in files.items():
        path.write_bytes(contents[name])
    ended = subprocess.run(
        [sys.executable, "-m", __name__, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Broken] = json.loads(ended.stdout)
    return {name: found[str(path)] for path, name in files.items()}


def main() -> None:
    """Print what the files named break, as JSON."""
    from saxonche import PySaxonProcessor

    with PySaxonProcessor(license=False) as processor:
        stylesheet = str(folder() / "EN16931-UBL-validation.xslt")
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)
        found = {}
        for path in sys.argv[1:]:
            report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_file_name=path))
            found[path] = _broken(report)
    sys.stdout.write(json.dumps(found))


def _broken(report: str) -> Broken:
    tree = ET.fromstring(report)  # noqa: S314 - Saxon's own report
    # A stylesheet that matched nothing reports nothing, and would pass anything.
    assert len(tree.findall(f"{_SVRL}fired-rule")) > 10
    return {fault.get("id", ""): fault.get("flag", "") for fault in tree.iter() if fault.tag in _FAULTS}


if __name__ == "__main__":
    main()
