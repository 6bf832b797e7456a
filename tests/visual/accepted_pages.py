"""The pages that somebody looked at and accepted: `python -m tests.visual.accepted_pages` accepts those of today.

Then look at what `git diff` and your eyes say, and commit the pictures together with the change that made them.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from services.render_service.samples import SAMPLES
from tests.integration.render_service.printing import print_all
from tests.visual.pictures import picture

FOLDER = Path(__file__).with_name("accepted")
# A sample, and which of its pages: each shows something that no other one does.
PAGES: Mapping[str, tuple[int, ...]] = {
    "invoice-fr": (1,),
    "invoice-en": (1,),
    "proforma-of-many-pages-en": (1, 2, 3),
    "proforma-credit-note-fr": (1,),
    "credit-note-en": (1,),
    "long-credit-note-fr": (2,),
    "fifty-lines-fr": (3,),
    "large-amounts-fr": (2,),
    "long-description-fr": (2,),
    "light-accent-fr": (1,),
    "bare-en": (1,),
    "us-dollars-fr": (1,),
    "wide-logo-fr": (1,),
    "fractions-fr": (1,),
    "large-amounts-en": (1,),
    "long-names-fr": (1, 2),
    "long-message-fr": (2,),
    "columns-en": (1,),
}


def actual_pages() -> dict[str, Image.Image]:
    """Each page as it is printed today, by the name of its picture."""
    pdfs = asyncio.run(print_all(SAMPLES[sample] for sample in PAGES))
    return {
        f"{sample}-{page}": picture(pdf, page)
        for pdf, (sample, pages) in zip(pdfs, PAGES.items(), strict=True)
        for page in pages
    }


def accepted(name: str) -> Image.Image:
    """The accepted picture.

    Raises:
        FileNotFoundError: there is none.
    """
    with Image.open(FOLDER / f"{name}.png") as image:
        return image.convert("RGB")


def accept(pages: Mapping[str, Image.Image]) -> None:
    """Make these the accepted pictures, and no others."""
    for path in FOLDER.glob("*.png"):
        path.unlink()
    for name, page in pages.items():
        page.quantize(64, Image.Quantize.MEDIANCUT).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    accept(actual_pages())
