"""Where a document is kept: a name made of what it says, so that the same is never rendered twice."""

import hashlib
import json

from shared.contracts.values import DocumentSnapshot


def digest_of(snapshot: DocumentSnapshot) -> str:
    """SHA-256 (hex) of the snapshot, template and version included.

    Fields at their default are left out: a field that a later contract adds moves no older document.
    """
    content = snapshot.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def key_of(snapshot: DocumentSnapshot) -> str:
    """The key of its PDF in the document store."""
    digest = digest_of(snapshot)
    return f"documents/{digest[:2]}/{digest}.pdf"
