"""The HTML side of an e-mail: a pure function of its text and its summary.

Shared, because the page that a clerk previews in the invoice service is the page that the mailer sends (ADR 20).
Made as mail clients need it: tables, styles inline (Outlook knows little else), at most 600 px wide, one small style
sheet for the dark scheme. Nothing is loaded from outside, and nothing tells that it was read.
"""

import html
import re

from shared.contracts.commands import Summary
from shared.contracts.values import Language

DEFAULT_ACCENT = "#1f4e5f"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u202a-\u202e\u2066-\u2069"  # direction overrides: with them an address reads as another one
    "\ud800-\udfff]"  # halves of characters
)
# A run is tried from its beginning alone: text without end and without "@" costs no more than its length.
_LINK = re.compile(
    r"""(?P<page>https?://(?=\w)[^\s<>"'`]{1,2000})"""
    r"|(?<![\w.%+-])(?P<address>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10})"
)
_ENDINGS = ".,;:!?\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{HORIZONTAL ELLIPSIS}"

_FONT = "font-family:Arial,Helvetica,sans-serif"
_TEXT = f"{_FONT};font-size:16px;line-height:24px;color:#1f2933"
_SMALL = f"{_FONT};font-size:13px;line-height:20px;color:#52606d"
_RULE = (
    '<tr><td style="padding:0 32px"><div class="rule"'
    ' style="border-top:1px solid #d9dee3;font-size:0;line-height:0">&nbsp;</div></td></tr>'
)
# Some readers keep what is marked here and darken the rest by themselves: both end up readable.
_DARK = """\
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.ground{background-color:#14181c!important}
.card{background-color:#20262c!important}
.ink{color:#e6e9ec!important}
.pale{color:#a9b3bd!important}
.rule{border-color:#3a434c!important}
a{color:#8ab8ff!important}
}"""
_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>{title}</title>
<style>
{dark}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:#f1f3f5">
<table class="ground" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f1f3f5"
 style="background-color:#f1f3f5">
<tr><td align="center" style="padding:24px 12px">
<table class="card" role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff"
 style="width:100%;max-width:600px;background-color:#ffffff">
{rows}
</table>
{foot}</td></tr>
</table>
</body>
</html>
"""


def page(
    body: str, language: Language, *, title: str, summary: Summary | None = None, notice: str | None = None
) -> str:
    """The page of a text: `body` is plain text, `title` is what a window shows (the subject).

    `notice` stands above everything: what is to be known of this copy before it is read.
    """
    rows = [*_noticed(notice), *_heading(summary), _row(_paragraphs(body), "28px 32px 12px 32px")]
    return _PAGE.format(
        language=language,
        title=_shown(title),
        dark=_DARK,
        rows="\n".join(rows),
        foot=_foot(summary.footer if summary else None),
    )


def _noticed(notice: str | None) -> list[str]:
    if not notice:
        return []
    style = f"padding:12px 32px;background-color:#fff3c4;overflow-wrap:anywhere;{_FONT};font-size:14px;line-height:20px"
    return [f'<tr><td bgcolor="#fff3c4" style="{style};color:#513c06">{_shown(notice)}</td></tr>']


def _heading(summary: Summary | None) -> list[str]:
    """Who writes, about what, and the few figures that count."""
    if summary is None:
        return []
    accent = summary.accent_colour or ""
    if not _COLOUR.fullmatch(accent):
        accent = DEFAULT_ACCENT
    bar = (
        f'<tr><td height="4" bgcolor="{accent}"'
        f' style="height:4px;font-size:0;line-height:4px;background-color:{accent}">&nbsp;</td></tr>'
    )
    issuer = f'<p class="pale" style="margin:0 0 4px 0;{_SMALL}">{_shown(summary.issuer)}</p>'
    title = (
        f'<h1 class="ink" style="margin:0;{_FONT};font-size:24px;line-height:32px;font-weight:bold;color:#1f2933">'
        f"{_shown(summary.title)}</h1>"
    )
    facts = _facts(summary)
    return [
        bar,
        _row(issuer + title, f"28px 32px {'8px' if facts else '24px'} 32px"),
        *facts,
        _RULE,
    ]


def _facts(summary: Summary) -> list[str]:
    if not summary.facts:
        return []
    cell = f"padding:4px 0;{_FONT};font-size:15px;line-height:22px;vertical-align:top"
    # A long value makes way for its label: a word of a label stays whole.
    whole = "overflow-wrap:break-word;word-break:normal"
    rows = "\n".join(
        f'<tr><td class="pale" style="{cell};{whole};padding-right:16px;color:#52606d">{_shown(fact.label)}</td>'
        f'<td class="ink" align="right" style="{cell};color:#1f2933;font-variant-numeric:tabular-nums'
        f'{";font-weight:bold" if fact is summary.facts[-1] else ""}">{_shown(fact.value)}</td></tr>'
        for fact in summary.facts
    )
    table = (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">\n'
        f"{rows}\n</table>"
    )
    return [_row(table, "0 32px 20px 32px")]


def _row(content: str, padding: str) -> str:
    return f'<tr><td style="padding:{padding};overflow-wrap:anywhere;word-break:break-word">\n{content}\n</td></tr>'


def _foot(text: str | None) -> str:
    if not text:
        return ""
    return f'<p class="pale" style="margin:16px 0 0 0;max-width:600px;{_SMALL}">{_lines(text)}</p>\n'


def _paragraphs(body: str) -> str:
    text = _UNSHOWN.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n", text) if block.strip()]
    return "\n".join(
        f'<p class="ink" style="margin:0 0 16px 0;{_TEXT}">{_lines(block)}</p>' for block in blocks
    )


def _lines(text: str) -> str:
    """Text with its line breaks, its addresses made links."""
    shown, end = [], 0
    for found in _LINK.finditer(text):
        address = found["address"]
        target = address or _without_ending(found["page"])
        link = html.escape(target)
        shown.append(html.escape(text[end : found.start()]))
        shown.append(f'<a href="{"mailto:" if address else ""}{link}" style="color:#1257a8">{link}</a>')
        end = found.start() + len(target)
    shown.append(html.escape(text[end:]))
    return "".join(shown).replace("\n", "<br>\n")


def _without_ending(link: str) -> str:
    """The address without what belongs to the sentence around it."""
    while link[-1] in _ENDINGS or (link[-1] == ")" and link.count(")") > link.count("(")):
        link = link[:-1]
    return link


def _shown(text: str) -> str:
    return html.escape(" ".join(_UNSHOWN.sub("", text).split()))
