"""The AsyncAPI 3.0 document of all messages on RabbitMQ: made from the contracts and from what is declared.

One document for all of Factures. An operation is named for whose it is: `mailer.receive.mailer.email` is what the
mailer does.
"""

import inspect
import json
from collections.abc import Iterable, Iterator
from typing import Any

from shared.bus.rabbitmq.declare import QueueDeclaration, queue_declarations
from shared.bus.rabbitmq.headers import ATTEMPT
from shared.bus.rabbitmq.reference.rules import rules
from shared.bus.retry import RetryPolicy, label, milliseconds
from shared.bus.topology import (
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    EXCHANGES,
    QUEUES,
    Exchange,
    queues_for,
    retry_queue,
)
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.examples import example
from shared.contracts.registry import CONTRACTS, INVOICE_SERVICE, Contract

VERSION = "1.0.0"
"""Of the contract, not of the software. It grows with what is added; nothing is ever taken away."""

SCHEMAS = "../shared/contracts/schemas"
"""Where the JSON Schemas are, seen from docs/."""

Json = dict[str, Any]

_PARTIES = {
    "production_system": "Any system that knows jobs: an MIS, an ERP, a script.",
    INVOICE_SERVICE: "Owns the state of invoices.",
    "render_service": "Makes PDFs.",
    "mailer": "Sends e-mails.",
    "accounting_sync": "Books finals in the accounting software.",
    "listener": "Whoever wants to know what happens to invoices, through a queue of its own.",
}


def document(policy: RetryPolicy) -> Json:
    """The document; `policy` names the retry queues."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Factures: messages",
            "version": VERSION,
            "description": f"How to connect another system: docs/messages.md.\n\n{rules(policy)}",
            "license": {"name": "MIT"},
            "tags": [{"name": name, "description": text} for name, text in _PARTIES.items()],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"rabbitmq": _server()},
        "channels": dict(_channels(policy)),
        "operations": dict(_operations()),
        "components": {
            "securitySchemes": {"user": {"type": "userPassword", "description": "A user of the broker."}},
            "correlationIds": {
                "story": {
                    "location": "$message.payload#/correlationid",
                    "description": "The same in all messages that follow from one another.",
                }
            },
            "schemas": {"headers": _headers()},
            "messageTraits": {"cloudEvent": _cloud_event()},
            "messages": {type_: _message(contract) for type_, contract in CONTRACTS.items()},
        },
    }


def document_text(policy: RetryPolicy) -> str:
    """The document as it is kept: JSON, which needs no library to be written and every tool reads."""
    return json.dumps(document(policy), indent=2, ensure_ascii=False) + "\n"


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "pathname": "/{virtual_host}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "RabbitMQ 3.10 or later; `factures topology` declares what is below. TLS: `amqps`, port 5671.",
        "variables": {
            "host": {"default": "localhost", "description": "Where the broker is."},
            "port": {"default": "5672", "description": "Its AMQP port."},
            "virtual_host": {"default": "", "description": "URL-encoded; empty is the default one, /."},
        },
        "security": [{"$ref": "#/components/securitySchemes/user"}],
        "bindings": {"amqp": {}},
    }


def _channels(policy: RetryPolicy) -> Iterator[tuple[str, Json]]:
    """One for each routing key, each work queue, its retry queues, and the parked messages."""
    exchanges = {exchange.name: exchange for exchange in EXCHANGES}
    for contract in CONTRACTS.values():
        queues = queues_for(contract.exchange, contract.routing_key)
        yield (
            _route(contract),
            {
                "address": contract.routing_key,
                "summary": f"{contract.routing_key} on the exchange {contract.exchange}",
                "messages": _references([contract]),
                "bindings": {"amqp": _exchange(exchanges[contract.exchange])},
                "x-queues": list(queues),
            },
        )
    declared = {queue.name: queue for queue in queue_declarations(policy)}
    for name in (*(queue.name for queue in QUEUES), DEAD_LETTER_QUEUE):
        messages = _references(_reaching(name))
        yield name, {"address": name, "messages": messages, "bindings": {"amqp": _queue(declared[name])}}
        yield f"{name}.retry", _retry_channel(name, declared, policy, messages)
    yield (
        f"exchange.{DEAD_LETTER_EXCHANGE.name}",
        {
            "address": "",
            "summary": "What is given up goes here, whatever it is",
            "bindings": {"amqp": _exchange(DEAD_LETTER_EXCHANGE)},
            "x-queues": [DEAD_LETTER_QUEUE],
        },
    )


def _retry_channel(
    name: str, declared: dict[str, QueueDeclaration], policy: RetryPolicy, messages: Json
) -> Json:
    first = declared[retry_queue(name, policy.delays[0])]
    amqp = _queue(first)
    del amqp["queue"]["name"], amqp["x-bindings"]
    amqp["x-arguments"] = {key: value for key, value in first.arguments.items() if key != "x-message-ttl"}
    amqp["x-message-ttl"] = {label(delay): milliseconds(delay) for delay in policy.delays}
    return {
        "address": f"{name}.retry.{{delay}}",
        "summary": f"What {name} waits in before it is tried again; one queue for each delay",
        "messages": messages,
        "parameters": {
            "delay": {
                "enum": [label(delay) for delay in policy.delays],
                "description": "How long it waits (setting RETRY_DELAYS_SECONDS).",
            }
        },
        "bindings": {"amqp": amqp},
    }


def _operations() -> Iterator[tuple[str, Json]]:
    queues: dict[str, list[Contract]] = {}
    for contract in CONTRACTS.values():
        yield _send(contract)
        reached = queues_for(contract.exchange, contract.routing_key)
        for queue in reached:
            queues.setdefault(queue, []).append(contract)
        if not reached:
            yield _receive(contract.receiver, _route(contract), [contract])
    for queue, contracts in queues.items():
        yield _receive(contracts[0].receiver, queue, contracts)
    yield _receive(INVOICE_SERVICE, DEAD_LETTER_QUEUE, CONTRACTS.values())


def _send(contract: Contract) -> tuple[str, Json]:
    channel = _route(contract)
    return f"{contract.sender}.send.{channel}", {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": f"{contract.sender} tells {contract.receiver}",
        "tags": [{"name": contract.sender}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{contract.name}"}],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": contract.mandatory, "bindingVersion": "0.3.0"}},
    }


def _receive(who: str, channel: str, contracts: Iterable[Contract]) -> tuple[str, Json]:
    return f"{who}.receive.{channel}", {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": f"{who} takes what comes, and acknowledges it after its effect is committed",
        "tags": [{"name": who}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{contract.name}"} for contract in contracts],
        "bindings": {"amqp": {"ack": True, "bindingVersion": "0.3.0"}},
    }


def _message(contract: Contract) -> Json:
    text = inspect.cleandoc(contract.model.__doc__ or "")
    event = json.loads(example(contract.name).encode())
    return {
        "name": contract.name,
        "title": contract.model.__name__,
        "summary": text.split("\n", 1)[0],
        "description": text,
        "tags": [{"name": contract.sender}, {"name": contract.receiver}],
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "allOf": [
                {"$ref": f"{SCHEMAS}/envelope.json"},
                {
                    "type": "object",
                    "required": ["type", "data"],
                    "properties": {
                        "type": {"const": contract.name},
                        "data": {"$ref": f"{SCHEMAS}/{contract.name}.json"},
                    },
                },
            ]
        },
        "examples": [{"name": "story", "payload": event}],
    }


def _cloud_event() -> Json:
    return {
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/headers"},
        "correlationId": {"$ref": "#/components/correlationIds/story"},
        "bindings": {
            "amqp": {
                "bindingVersion": "0.3.0",
                "x-properties": {
                    "message_id": "$message.payload#/id",
                    "content_type": CONTENT_TYPE,
                    "delivery_mode": 2,
                },
            }
        },
    }


def _headers() -> Json:
    return {
        "type": "object",
        "description": "AMQP headers. A sender needs none.",
        "properties": {
            ATTEMPT: {
                "type": "integer",
                "minimum": 1,
                "description": "Which attempt this delivery is; absent: the first. Ours alone.",
            }
        },
    }


def _route(contract: Contract) -> str:
    return f"{contract.exchange}.{contract.routing_key}"


def _reaching(queue: str) -> list[Contract]:
    """The messages that a queue holds; any that we have may be parked."""
    return [
        contract
        for contract in CONTRACTS.values()
        if queue == DEAD_LETTER_QUEUE or queue in queues_for(contract.exchange, contract.routing_key)
    ]


def _references(contracts: Iterable[Contract]) -> Json:
    return {contract.name: {"$ref": f"#/components/messages/{contract.name}"} for contract in contracts}


def _exchange(exchange: Exchange) -> Json:
    return {
        "is": "routingKey",
        "exchange": {"name": exchange.name, "type": exchange.kind, "durable": True, "autoDelete": False},
        "bindingVersion": "0.3.0",
    }


def _queue(queue: QueueDeclaration) -> Json:
    return {
        "is": "queue",
        "queue": {"name": queue.name, "durable": True, "exclusive": False, "autoDelete": False},
        "bindingVersion": "0.3.0",
        "x-bindings": [
            {"exchange": exchange, "routingKey": routing_key} for exchange, routing_key in queue.bindings
        ],
        "x-arguments": dict(queue.arguments),
    }
