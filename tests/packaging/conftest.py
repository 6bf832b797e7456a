from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.architecture.house import SERVICES
from tests.packaging.environments import Environment, environment


@pytest.fixture(scope="session")
def environments(pytestconfig: pytest.Config) -> Mapping[str, Environment]:
    """An environment for each service."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("environments")
    with ThreadPoolExecutor(max_workers=2) as workers:
        made = workers.map(partial(environment, cache=cache), SERVICES)
        return dict(zip(SERVICES, made, strict=True))
