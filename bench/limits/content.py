"""What the bare programs write: texts as long as those of an ordinary invoice with two lines."""

import json

_PARTY = {
    "code": "C-00002",
    "name": "Brasserie Saint-Élie 2",
    "attention": "Aline Roy",
    "address": {"line1": "2, rue des Presses", "city": "Québec", "province": "QC", "postal_code": "G1K 3B7"},
}
INVOICE = json.dumps(
    {
        "sold_to": _PARTY,
        "bill_to": _PARTY,
        "ship_to": _PARTY,
        "contact": {"id": "c1", "name": "Aline Roy", "email": "compta@client.example"},
        "tax_code": "QC",
        "term": "NET30",
        "currency": "CAD",
        "language": "fr",
    }
)
ACTOR = json.dumps({"kind": "key", "id": "bench", "name": "bench"})
CHANGES = json.dumps([{"field": f"field_{n}", "before": None, "after": f"value {n}"} for n in range(40)])
SNAPSHOT = json.dumps({"issuer": _PARTY, "document": json.loads(INVOICE), "lines": [_PARTY, _PARTY]})
EVENT = json.dumps(
    {"specversion": "1.0", "type": "invoice.created", "data": {"number": "{number}", "total": "1"}}
)
COMMAND = json.dumps({"specversion": "1.0", "type": "document.render", "data": json.loads(SNAPSHOT)})
