"""The generated parts of docs/messages.md. The rest of the page is written by hand, and left as it is.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

import inspect
import json
import re

from shared.bus.rabbitmq.reference.field_tables import tables
from shared.bus.rabbitmq.reference.rules import rules
from shared.bus.retry import RetryPolicy
from shared.bus.topology import queues_for
from shared.contracts.envelope import Envelope
from shared.contracts.examples import example
from shared.contracts.registry import CONTRACTS, Contract, contract_of

_PART = re.compile(r"(<!-- generated: (?P<name>.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


class UnknownPart(LookupError):
    """The page has a mark that nothing is generated for."""

    def __init__(self, name: str) -> None:
        super().__init__(f"docs/messages.md: nothing is generated for {name!r}")
        self.name = name


def filled(page: str, policy: RetryPolicy) -> str:
    """The page with its generated parts made anew.

    Raises:
        UnknownPart: a mark that nothing is generated for.
    """
    shown: set[str] = set()
    return _PART.sub(lambda part: f"{part[1]}{_part(part['name'], policy, shown)}{part[3]}", page)


def _part(name: str, policy: RetryPolicy, shown: set[str]) -> str:
    kind, _, type_ = name.partition(" ")
    match kind:
        case "rules":
            return rules(policy)
        case "routes":
            return _routes()
        case "events":
            return _events()
        case "envelope":
            return tables(Envelope, shown)
        case "example" if type_ in CONTRACTS:
            event = json.loads(example(type_).encode())
            return f"```json\n{json.dumps(event, indent=2, ensure_ascii=False)}\n```\n"
        case "fields" if type_ in CONTRACTS:
            return tables(contract_of(type_).model, shown)
        case _:
            raise UnknownPart(name)


def _events() -> str:
    """One row for each event: what it tells."""
    rows = (
        (contract.name, " ".join(inspect.cleandoc(contract.model.__doc__ or "").split()))
        for contract in CONTRACTS.values()
        if contract.exchange == "events"
    )
    return "| event | tells |\n|---|---|\n" + "".join(f"| `{name}` | {text} |\n" for name, text in rows)


def _routes() -> str:
    """One row for each message: who tells whom, and by which way."""
    head = "| message | from → to | exchange | routing key | queue | mandatory |\n|---|---|---|---|---|---|\n"
    return head + "".join(_route(contract) for contract in CONTRACTS.values())


def _route(contract: Contract) -> str:
    queues = ", ".join(f"`{queue}`" for queue in queues_for(contract.exchange, contract.routing_key))
    cells = (
        f"`{contract.name}`",
        f"{contract.sender} → {contract.receiver}",
        f"`{contract.exchange}`",
        f"`{contract.routing_key}`",
        queues or "the listener's own",
        "yes" if contract.mandatory else "no",
    )
    return f"| {' | '.join(cells)} |\n"
