"""A shop's own forms, to be printed with."""

from pathlib import Path

PAGE = """<!doctype html>
<html lang="{{ form.locale }}"><head><title>{{ form.running_title }}</title></head>
<body><h1>{{ form.title }} {{ form.number.text }}</h1></body></html>"""


def own_form(folder: Path, name: str, *, page: str = PAGE, style: str = "") -> Path:
    """A form of this name among those in `folder`; its own folder."""
    own = folder / name
    own.mkdir(parents=True)
    (own / "invoice.html").write_text(page, encoding="utf-8")
    (own / "invoice.css").write_text(style, encoding="utf-8")
    return own
