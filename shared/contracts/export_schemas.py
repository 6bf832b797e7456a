"""The JSON Schemas of all messages, for whoever writes the other side.

`python -m shared.contracts.export_schemas` writes them to `shared/contracts/schemas/`;
a test fails when the files differ.
"""

import json
from pathlib import Path

from shared.contracts.envelope import Envelope
from shared.contracts.registry import CONTRACTS

FOLDER = Path(__file__).parent / "schemas"


def schema_files() -> dict[str, str]:
    """File name -> its text, for the envelope and for every message."""
    models = {"envelope": Envelope} | {type_: contract.model for type_, contract in CONTRACTS.items()}
    return {
        f"{name}.json": json.dumps(model.model_json_schema(), indent=2, sort_keys=True, ensure_ascii=False)
        + "\n"
        for name, model in models.items()
    }


def main() -> None:
    """Write the files, and remove those of types that are no more."""
    FOLDER.mkdir(exist_ok=True)
    files = schema_files()
    for path in FOLDER.glob("*.json"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
