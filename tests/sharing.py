"""Which tests stay in one process of pytest-xdist: a file's, and those that share what is dear to start."""

from xdist.scheduler import LoadFileScheduling

DEPLOYMENT = "a whole deployment"
DEMO_SHOP = "the shop of the demonstration, and a browser"
_FRAGILE_BROKER = "a broker to be broken"
_SHARED = {
    "tests/web/": DEMO_SHOP,
    "tests/e2e/": DEPLOYMENT,
    "tests/chaos/test_kill_points.py": DEPLOYMENT,
    "tests/chaos/test_outages.py": DEPLOYMENT,
    "tests/integration/shared/bus/test_broker_failures.py": _FRAGILE_BROKER,
    "tests/integration/shared/bus/test_topology.py": _FRAGILE_BROKER,
}


def scope_of(nodeid: str) -> str:
    """What a test shares, or its file."""
    return next(
        (shared for place, shared in _SHARED.items() if nodeid.startswith(place)), nodeid.split("::", 1)[0]
    )


class SharingScheduling(LoadFileScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """One unit of work for each."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
