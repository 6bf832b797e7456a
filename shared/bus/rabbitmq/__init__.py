"""The bus on RabbitMQ, for 3.10 and later: quorum queues, confirms, retry queues, parked messages."""

from shared.bus.rabbitmq.bus import RabbitMQBus
from shared.bus.rabbitmq.connection import BrokerLost
from shared.bus.rabbitmq.declare import TopologyMismatch, declare_topology
from shared.bus.rabbitmq.repair import repair_topology

__all__ = ["BrokerLost", "RabbitMQBus", "TopologyMismatch", "declare_topology", "repair_topology"]
