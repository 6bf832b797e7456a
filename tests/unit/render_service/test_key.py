import re

import pytest

from services.render_service.key import digest_of, key_of
from services.render_service.samples import SAMPLES
from shared.contracts.values import DocumentSnapshot
from tests.unit.render_service.snapshots import plain


def test_the_shape_of_a_key() -> None:
    digest = digest_of(plain())

    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert key_of(plain()) == f"documents/{digest[:2]}/{digest}.pdf"


def test_a_key_is_for_ever() -> None:
    """A change here would render every document of every shop again, under another key."""
    issued = DocumentSnapshot.model_validate(
        {
            "template": "standard-1",
            "invoice_id": "0198f3c2-0000-7000-8000-000000000001",
            "version": 3,
            "kind": "invoice",
            "stage": "final",
            "number": "00004",
            "date": "2025-07-18",
            "language": "fr",
            "currency": "CAD",
            "issuer": {"code": "E1", "name": "Imprimerie"},
            "sold_to": {"code": "C-0153", "name": "Éditions"},
            "lines": [{"kind": "job", "description": "Encarts", "quantity": "1000", "total": "100.00"}],
            "subtotal": "100.00",
            "taxes": [
                {
                    "code": "TPS",
                    "name": {"fr": "TPS", "en": "GST"},
                    "rate": "0.05",
                    "base": "100.00",
                    "amount": "5.00",
                }
            ],
            "total": "105.00",
        }
    )
    assert digest_of(issued) == "d946b7e62158d8e3a85a55a3ae51ffe0677c456516035dc9a898c5f3a7524b2c"


def test_a_snapshot_has_the_same_key_after_its_way_through_a_message() -> None:
    for snapshot in SAMPLES.values():
        received = DocumentSnapshot.model_validate_json(snapshot.model_dump_json())
        assert key_of(received) == key_of(snapshot)


@pytest.mark.parametrize(
    "changes",
    [{"template": "standard-2"}, {"version": 2}, {"invoice_id": "x"}, {"language": "en"}, {"message": None}],
)
def test_another_content_has_another_key(changes: dict[str, str]) -> None:
    assert key_of(plain(**changes)) != key_of(plain())


def test_fields_that_a_newer_sender_adds_move_nothing() -> None:
    newer = plain().model_dump(mode="json") | {"watermark": "none"}

    assert key_of(DocumentSnapshot.model_validate(newer)) == key_of(plain())


def test_a_field_at_its_default_is_no_part_of_the_key() -> None:
    class Newer(DocumentSnapshot):
        watermark: str | None = None

    assert key_of(Newer.model_validate(plain().model_dump())) == key_of(plain())


def test_every_sample_has_its_own() -> None:
    assert len({key_of(snapshot) for snapshot in SAMPLES.values()}) == len(SAMPLES)
