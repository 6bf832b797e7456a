"""The arrows between the packages hold, and each contract that says so can fail."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grimp
import pytest

from tests.architecture.house import PRODUCT, ROOT, project
from tests.architecture.violations import VIOLATIONS, Violation

IDS: Mapping[str, str] = {
    contract["name"]: contract["id"] for contract in project()["tool"]["importlinter"]["contracts"]
}


def broken_contracts(folder: Path) -> set[str]:
    """The ids of the contracts that `lint-imports` calls broken, on the tree in `folder`."""
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env=os.environ | {"COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in ended.stdout, ended.stdout + ended.stderr
    broken = {IDS[name] for name in re.findall(r"^(.+) BROKEN", ended.stdout, re.MULTILINE)}
    assert bool(broken) == (ended.returncode == 1)
    return broken


def broken_by(violation: Violation, house: Path, folder: Path) -> set[str]:
    # Links instead of copies: only the file that is changed must be one of its own.
    shutil.copytree(house, folder, copy_function=os.link)
    module = folder / violation.file
    code = module.read_text(encoding="utf-8") if module.exists() else ""
    module.unlink(missing_ok=True)
    module.write_text(f"{code}\nimport {violation.imports}\n", encoding="utf-8")
    return broken_contracts(folder)


def copy_of_the_house(folder: Path) -> Path:
    for part in PRODUCT:
        shutil.copytree(ROOT / part, folder / part, ignore=lambda at, names: _not_code(Path(at), names))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _not_code(folder: Path, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".py") and not (folder / name).is_dir()} | {
        "__pycache__"
    }


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Violation, set[str]]:
    folder = tmp_path_factory.mktemp("violations")
    house = copy_of_the_house(folder / "house")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        found = workers.map(
            lambda violation: broken_by(violation, house, folder / violation.name), VIOLATIONS
        )
        return dict(zip(VIOLATIONS, found, strict=True))


@pytest.mark.parametrize("violation", VIOLATIONS, ids=str)
def test_an_import_against_a_contract_breaks_it(
    violation: Violation, outcomes: Mapping[Violation, set[str]]
) -> None:
    assert violation.contract in outcomes[violation]


def test_the_contracts_hold() -> None:
    assert broken_contracts(ROOT) == set()


def test_every_contract_is_proven_to_fail() -> None:
    assert {violation.contract for violation in VIOLATIONS} == set(IDS.values())


def test_the_modules_of_the_violations_exist_or_are_new_on_purpose() -> None:
    new = {violation.module for violation in VIOLATIONS if not (ROOT / violation.file).exists()}
    assert new == {"services.reporting", "shared.catch_all", "services.invoice_service.extras"}


def test_what_may_use_no_library_forbids_every_library_that_there_is() -> None:
    graph = grimp.build_graph(*PRODUCT, include_external_packages=True, cache_dir=None)
    libraries = {
        name
        for name in graph.modules
        if "." not in name and name not in PRODUCT and name not in sys.stdlib_module_names
    }
    contracts = project()["tool"]["importlinter"]["contracts"]
    forbidden = {contract["id"]: set(contract.get("forbidden_modules", ())) for contract in contracts}
    assert libraries - forbidden["invoice-domain"] == set()
    assert libraries - forbidden["contracts-pure"] == {"pydantic", "pydantic_core"}
