"""Pages as pictures, and what is told apart between two of them."""

import io
from functools import reduce
from typing import cast

import pypdfium2  # type: ignore[import-untyped] # it has no types
from PIL import Image, ImageChops, ImageFilter

DOTS_PER_INCH = 96
# A letter may be a little off its place and its edge a little paler, from one version of Pango to the next: a dot
# strays when it is darker or lighter, by more than a trace, than all dots around its place in the other picture.
# Each of red, green and blue counts on its own: two colours may be the same grey.
# Measured on the form: all of it 0.05 mm off makes no stray; an accent that is missing makes 3, one more letter 10, an
# element that is 2 mm off some hundreds. (The palest hairlines are below a trace: what stands between them is seen.)
_TRACE = 56  # of 255 levels
_BEYOND = [255 * (level > _TRACE) for level in range(256)]
MAY_STRAY = 1  # dots of a page


def picture(pdf: bytes, page: int) -> Image.Image:
    """A page of a PDF (the first is 1), in colour."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        bitmap = document[page - 1].render(scale=DOTS_PER_INCH / 72)
        return cast("Image.Image", bitmap.to_pil()).convert("RGB")
    finally:
        document.close()


def strays(one: Image.Image, other: Image.Image) -> Image.Image:
    """White where a dot of one has more or less of a colour than all dots around its place in the other; else black.

    Pictures of other sizes stray everywhere.
    """
    if one.size != other.size:
        return Image.new("L", one.size, 255)
    found = Image.new("L", one.size)
    # What strays differs at its own place first of all; to look around each dot of a page would be dear.
    differing = ImageChops.difference(one, other).point(_BEYOND * len(one.getbands())).getbbox()
    if differing is not None:
        left, top, right, bottom = differing
        near = (max(left - 1, 0), max(top - 1, 0), min(right + 1, one.width), min(bottom + 1, one.height))
        bands = zip(one.crop(near).split(), other.crop(near).split(), strict=True)
        found.paste(reduce(ImageChops.lighter, (_strays_of_a_band(*pair) for pair in bands)), near)
    return found


def count(strays: Image.Image) -> int:
    """How many dots stray."""
    return strays.histogram()[255]


def shown(accepted: Image.Image, actual: Image.Image) -> Image.Image:
    """The two side by side, and what strays, in red on a pale page."""
    straying = strays(actual, accepted).filter(ImageFilter.MaxFilter(5))
    marked = Image.blend(actual, Image.new("RGB", actual.size, "white"), 0.6)
    marked.paste((214, 0, 0), mask=straying)
    sheet = Image.new(
        "RGB", (accepted.width + 2 * actual.width + 20, max(accepted.height, actual.height)), "grey"
    )
    sheet.paste(accepted, (0, 0))
    sheet.paste(actual, (accepted.width + 10, 0))
    sheet.paste(marked, (accepted.width + actual.width + 20, 0))
    return sheet


def _strays_of_a_band(one: Image.Image, other: Image.Image) -> Image.Image:
    return ImageChops.lighter(_beyond(one, other), _beyond(other, one))


def _beyond(one: Image.Image, other: Image.Image) -> Image.Image:
    lightest, darkest = other.filter(ImageFilter.MaxFilter(3)), other.filter(ImageFilter.MinFilter(3))
    lighter, darker = ImageChops.subtract(one, lightest), ImageChops.subtract(darkest, one)
    return ImageChops.lighter(lighter, darker).point(_BEYOND)
