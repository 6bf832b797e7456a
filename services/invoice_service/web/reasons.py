"""Why something failed, for a reader: our sentence of the code, then what the other side said, in its own words."""

from collections.abc import Mapping

from services.invoice_service.web.words import Words


def reason_text(reason: Mapping[str, str], words: Words) -> str:
    """The reason of an axis or of an e-mail, as the API shows it, in the reader's language.

    What a server or a program said is quoted as it is: whoever mends it looks for these very words.
    """
    if f"reason.{reason['code']}" not in words:
        return reason["message"]
    return words(f"reason.{reason['code']}", said=reason["message"])
