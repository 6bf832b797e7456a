"""The JSON Schemas of all messages, each with an example, for whoever writes the other side.

`make schemas` writes them to `shared/contracts/schemas/`; a test fails when the files differ.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.contracts.envelope import Envelope
from shared.contracts.examples import example
from shared.contracts.registry import CONTRACTS

FOLDER = Path(__file__).parent / "schemas"
_ENVELOPED = "production.job.completed.v1"


def schema_files() -> dict[str, str]:
    """File name -> its text, for the envelope and for every message."""
    envelope = _schema(Envelope, json.loads(example(_ENVELOPED).encode()))
    messages = {type_: _schema(contract.model, example(type_).data) for type_, contract in CONTRACTS.items()}
    return {
        f"{name}.json": _json_text(schema) for name, schema in ({"envelope": envelope} | messages).items()
    }


def write_schemas() -> None:
    """Write the files, and remove those of types that are no more."""
    FOLDER.mkdir(exist_ok=True)
    files = schema_files()
    for path in FOLDER.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _schema(model: type[BaseModel], shown: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return model.model_json_schema() | {"examples": [shown]}


def _json_text(value: object) -> str:
    """JSON as we keep it in files."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
