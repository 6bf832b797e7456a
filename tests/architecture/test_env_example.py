"""`.env.example` names every setting that there is, and no other; each is explained."""

from shared.settings import ServiceSettings
from tests.architecture.env_example import (
    CLASSES,
    COMPOSE,
    FILE,
    OF_COMPOSE,
    SEVERAL,
    fields,
    rendered,
    sections,
)
from tests.architecture.house import ROOT, SERVICES
from tests.packaging.compose import compose, interpolated


def names_in(text: str) -> list[str]:
    """The variables of the file; explanations have a space after the #."""
    return [
        line[1:].partition("=")[0]
        for line in text.splitlines()
        if line.startswith("#") and "=" in line and line[1] != " "
    ]


def test_the_file_is_what_the_settings_are() -> None:
    written = (ROOT / FILE).read_text(encoding="utf-8")
    assert written == rendered(), "write it anew: make env-example"


def test_each_setting_is_in_it_once() -> None:
    names = names_in((ROOT / FILE).read_text(encoding="utf-8"))
    assert sorted(names) == sorted({variable for _, variable, _ in fields()} | OF_COMPOSE.keys())


def test_each_setting_is_explained() -> None:
    assert [variable for _, variable, field in fields() if not field.description] == []


def test_every_service_is_asked_for_its_settings() -> None:
    modules = {kind.__module__ for kind in CLASSES.values()}
    assert modules == {f"services.{service}.settings" for service in (*SERVICES, "standalone")}
    shared = {name.upper() for name in ServiceSettings.model_fields}
    assert shared < sections()[SEVERAL].keys()


def test_what_compose_alone_reads_is_explained() -> None:
    settings = {variable for _, variable, _ in fields()}
    assert interpolated(compose()).keys() - settings == OF_COMPOSE.keys(), COMPOSE
