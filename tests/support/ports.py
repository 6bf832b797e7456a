"""Ports of the loopback interface for the servers of tests."""

import random
import socket

# Below the ports that the kernel gives to outgoing connections: one of those could take a port of ours while
# its service is being restarted.
_PORTS = range(15_000, 32_000)
_given: set[int] = set()
# Not the generator of the tests: it is seeded alike in every process of a run.
_dice = random.SystemRandom()


def stable_port() -> int:
    """A port of the loopback interface that is free, and stays so while nothing listens on it."""
    while True:
        port = _dice.choice(_PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface on which nothing listens now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
