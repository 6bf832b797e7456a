"""The wheel of the whole project, which the standalone is installed from, has all that the sources have."""

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.architecture.house import PRODUCT, ROOT
from tests.packaging.environments import built_wheel

NOT_INSTALLED = ("Dockerfile", "*.md", "*.pyc")


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for part in PRODUCT:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    with zipfile.ZipFile(built_wheel(source, folder)) as wheel:
        return set(wheel.namelist())


def sources() -> set[str]:
    files = (path for part in PRODUCT for path in (ROOT / part).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if not any(path.match(pattern) for pattern in NOT_INSTALLED)
    }


def test_every_file_of_the_product_is_in_it(contents: set[str]) -> None:
    assert sources() - contents == set(), "name its ending under package-data in pyproject.toml"


def test_nothing_else_is_in_it(contents: set[str]) -> None:
    metadata = {name for name in contents if ".dist-info/" in name}
    assert contents - metadata == sources()
    assert {Path(name).name for name in metadata} >= {"METADATA", "LICENSE", "entry_points.txt"}
