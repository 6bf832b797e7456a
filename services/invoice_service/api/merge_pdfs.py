"""Merges PDFs, in a process of its own: `python -m services.invoice_service.api.merge_pdfs FOLDER`.

In the folder: `names.json`, how each is called in the outline, and `0.pdf`, `1.pdf`…; `merged.pdf` is made of them.
Apart from the API, which goes on answering meanwhile, and with less right to the processor.
"""

import json
import os
import sys
from pathlib import Path

import pikepdf

_NICENESS = 10


def merge(folder: Path) -> None:
    """Put them behind one another, each in the outline by its name."""
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    with pikepdf.new() as merged:
        with merged.open_outline() as outline:
            for number, name in enumerate(names):
                with pikepdf.open(folder / f"{number}.pdf") as one:
                    outline.root.append(pikepdf.OutlineItem(name, len(merged.pages)))
                    merged.pages.extend(one.pages)
        merged.save(folder / "merged.pdf")


if __name__ == "__main__":
    os.nice(_NICENESS)
    merge(Path(sys.argv[1]))
