"""A model of the domain, and the real thing beside it: whatever is done in whatever order, both say the same."""

import ast
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.invoice_service.machine import model
from tests.integration.invoice_service.machine.driver import driven
from tests.integration.invoice_service.machine.machine import Machine
from tests.integration.invoice_service.machine.shapes import Books, Crediting, Everything, Quantities, Words
from tests.support.postgres import PrivatePostgres

# How often a shape is run: some seconds of each in every `make test`, minutes with HYPOTHESIS_PROFILE=deep.
_TIMES = {"deep": 40}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 1)
_SETTINGS = settings(
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.timeout(7200)  # what was found is made smaller before it is told
@pytest.mark.parametrize(
    ("shape", "examples"), [(Everything, 6), (Books, 4), (Words, 3), (Quantities, 4), (Crediting, 4)]
)
def test_whatever_is_done_the_model_and_the_real_thing_say_the_same(
    postgres: PrivatePostgres, tmp_path: Path, shape: type[Machine], examples: int
) -> None:
    with driven(postgres, tmp_path) as driver:
        Machine.driver = driver
        run_state_machine_as_test(shape, settings=settings(_SETTINGS, max_examples=examples * _TIMES))


def test_the_model_knows_nothing_of_the_product() -> None:
    for module in Path(model.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name and name.startswith(("services", "shared"))], module
