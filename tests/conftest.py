import pytest
from hypothesis import settings

# They take a minute each, and wait much of it: begun last, they would keep one of two processes waiting at the end.
LONGEST = ("tests/chaos/test_chaos.py", "tests/contract/openapi/test_schemathesis.py", "tests/web/test_")

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.rabbitmq",
    "tests.support.postfix",
    "tests.support.deployed_shop",
]

# How long one example takes tells how busy the machine is, and nothing of the code.
settings.register_profile("factures", deadline=None)
settings.load_profile("factures")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the longest files first, whatever the random order is."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
