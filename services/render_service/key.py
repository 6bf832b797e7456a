"""Where a document is kept: a name made of what it says, so that the same is never rendered twice."""

import hashlib
import json

from services.render_service.own_forms import OwnForm
from shared.contracts.values import DocumentSnapshot


def digest_of(snapshot: DocumentSnapshot, form: OwnForm | None = None) -> str:
    """SHA-256 (hex) of the snapshot, template and version included, and of what a shop's own form is made of.

    Fields at their default are left out: a field that a later contract adds moves no older document. A form of the
    house never changes under its name; a shop's may.
    """
    content = snapshot.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    own = f"\n{form.digest}" if form else ""
    return hashlib.sha256(f"{canonical}{own}".encode()).hexdigest()


def key_of(snapshot: DocumentSnapshot, form: OwnForm | None = None) -> str:
    """The key of its PDF in the document store."""
    digest = digest_of(snapshot, form)
    return f"documents/{digest[:2]}/{digest}.pdf"
