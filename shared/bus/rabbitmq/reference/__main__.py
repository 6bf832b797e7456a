"""`make schemas`: write the JSON Schemas, docs/asyncapi.json, and the generated parts of docs/messages.md."""

from shared.bus.rabbitmq.reference import files
from shared.contracts.export_schemas import write_schemas

if __name__ == "__main__":
    write_schemas()
    for path, text in files.generated().items():
        path.write_text(text, encoding="utf-8")
