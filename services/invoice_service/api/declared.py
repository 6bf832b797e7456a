"""What the OpenAPI document says of every call alike: problems, and what a status means."""

from collections.abc import Mapping
from typing import Any

STATUS_TEXTS: Mapping[int, str] = {
    200: "Done",
    201: "Created",
    202: "Taken; it will be done",
    204: "Done; there is nothing to say",
}
PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title`, `detail` and `message` follow Accept-Language.",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
        "current": {"type": "object", "description": "With 412: the current state"},
    },
}
