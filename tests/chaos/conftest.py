from tests.support.deployed_shop import factures, pytest_runtest_makereport, shop, tap

__all__ = ["factures", "pytest_runtest_makereport", "shop", "tap"]
