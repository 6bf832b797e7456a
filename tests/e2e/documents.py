"""What stands on paper and in the mail, read back."""

import io
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pypdf

# Numbers are printed with spaces that don't break. Each stands behind what it is; the grand total alone has its sign.
_AMOUNT = re.compile(
    r"^(?:Sous-total|T\S+ \([^)]*\)|.* total)\s+([-\u2212]?\d{1,3}(?: \d{3})*,\d{2})(?: \$)?$", re.MULTILINE
)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


def printed(pdf: bytes) -> str:
    """The text of a PDF, with plain spaces."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages).translate(_SPACES)


def amounts(pdf: bytes) -> list[str]:
    """The amounts of the sub-total, the taxes and the total, as they follow each other on the paper."""
    return _AMOUNT.findall(printed(pdf))


def mails_about(mails: list[Path], message_id: str) -> list[EmailMessage]:
    """The copies of one mail that were received."""
    parsed = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in mails]
    return [mail for mail in parsed if mail["Message-ID"] == message_id]


def attached(mail: EmailMessage) -> list[bytes]:
    """What is attached, each file's content."""
    return [part.get_content() for part in mail.iter_attachments()]
