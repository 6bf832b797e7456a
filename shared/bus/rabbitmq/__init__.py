"""The bus on RabbitMQ, for 3.10 and later: quorum queues, confirms, retry queues, parked messages."""

from shared.bus.rabbitmq.bus import RabbitMQBus, connected_bus
from shared.bus.rabbitmq.connection import BrokerLost, BrokerRefuses
from shared.bus.rabbitmq.declare import TopologyMismatch, declare_topology
from shared.bus.rabbitmq.repair import repair_topology

__all__ = [
    "BrokerLost",
    "BrokerRefuses",
    "RabbitMQBus",
    "TopologyMismatch",
    "connected_bus",
    "declare_topology",
    "repair_topology",
]
