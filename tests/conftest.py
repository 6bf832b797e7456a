import gc
import os
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests.sharing import DEMO_SHOP, DEPLOYMENT, SharingScheduling, scope_of

# They take half a minute or two, and wait much of it: begun last, they would keep one of two processes waiting.
LONGEST = (
    DEPLOYMENT,
    DEMO_SHOP,
    "tests/chaos/test_chaos.py",
    "tests/integration/standalone/test_demo_data.py",
    "tests/integration/invoice_service/machine/test_machine.py",
    "tests/contract/openapi/test_schemathesis.py",
)

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.rabbitmq",
    "tests.support.postfix",
    "tests.support.deployed_shop",
]

# How long one example takes tells how busy the machine is, and nothing of the code. Other examples in each run, but
# in CI those of the code: what failed there can be repeated (as its order can, see the Makefile).
settings.register_profile("factures", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("factures")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, whatever the random order is."""
    ranks = {scope: rank for rank, scope in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(scope_of(item.nodeid), len(ranks)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: looking through it for garbage takes a third of collecting it, and afterwards
    a tenth of the time, again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SharingScheduling | None:
    """What stays in one process, for --dist loadfile."""
    return SharingScheduling(config, log) if config.getoption("dist") == "loadfile" else None
