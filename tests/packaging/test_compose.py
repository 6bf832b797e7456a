"""docker-compose.yml: each container is told its own settings and nothing else, and they are good ones."""

import importlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic_settings import BaseSettings

from services.accounting_sync.settings import AccountingSettings
from services.invoice_service.settings import InvoiceSettings
from services.mailer.settings import MailerSettings
from services.render_service.settings import RenderSettings
from shared.settings import ServiceSettings, SettingsRefused, load, variables
from tests.architecture.house import ROOT, SERVICES
from tests.packaging.compose import SERVICES_OF, compose, environment, resolved, told_by_default

CLASSES: Mapping[str, type[ServiceSettings]] = {
    "invoice_service": InvoiceSettings,
    "render_service": RenderSettings,
    "mailer": MailerSettings,
    "accounting_sync": AccountingSettings,
}
WATCHING = {"prometheus", "grafana"}
FOREIGN = {"postgres", "rabbitmq", "mail-catcher", *WATCHING}
JOBS = {"migrate-invoice", "migrate-mailer", "migrate-accounting", "topology"}
PROCESSES = SERVICES_OF.keys() - JOBS
EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside a container, whose ports are published one by one
DOCUMENTS = "/var/lib/factures/documents"
# Who reads or writes documents; the others are told where they are and never look.
DOCUMENTS_USED_BY = {"api", "render", "mailer"}


def container(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


def settings_of(name: str, monkeypatch: pytest.MonkeyPatch, **outside: str) -> BaseSettings:
    """The settings that a container's process reads, with these variables set outside."""
    for variable in os.environ:
        monkeypatch.delenv(variable)
    for variable, value in (told_by_default(compose(), name) | outside).items():
        monkeypatch.setenv(variable, value)
    return load(CLASSES[SERVICES_OF[name]])


def test_the_containers_are_those_that_we_know() -> None:
    assert compose()["services"].keys() == FOREIGN | SERVICES_OF.keys()
    assert set(SERVICES_OF.values()) == set(SERVICES)


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_a_container_is_told_settings_of_its_service_only(name: str) -> None:
    known = set(variables(CLASSES[SERVICES_OF[name]]).values())
    assert environment(compose(), name).keys() - known == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_can_be_set(service: str) -> None:
    containers = [name for name, of in SERVICES_OF.items() if of == service]
    told = {variable for name in containers for variable in environment(compose(), name)}
    assert told == set(variables(CLASSES[service]).values())


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_what_it_is_told_is_enough_and_good(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_of(name, monkeypatch)


def test_who_administrates_and_who_opens_the_door_is_told_where_it_is_needed_only() -> None:
    told = {name: environment(compose(), name).keys() for name in SERVICES_OF}
    admins = {name for name, keys in told.items() if any("ADMIN_DATABASE" in key for key in keys)}
    assert admins == {"migrate-invoice", "migrate-mailer", "migrate-accounting"}
    assert {name for name, keys in told.items() if "FACTURES_ADMIN_KEY" in keys} == {"api"}


def test_the_databases_are_made_and_each_service_logs_in_as_itself() -> None:
    made = set(re.findall(r"create database (\w+)", (ROOT / "setup/databases.sql").read_text()))
    named = set()
    for name in SERVICES_OF:
        for variable, value in told_by_default(compose(), name).items():
            if not variable.endswith("DATABASE_URL"):
                continue
            url = urlsplit(value)
            named.add(url.path.removeprefix("/"))
            service = importlib.import_module(f"services.{SERVICES_OF[name]}.composition")
            role = getattr(service, "SERVICE", None) or service.SERVICE_ROLE
            assert url.username == ("postgres" if "ADMIN" in variable else role)
            assert url.hostname == "postgres"
    assert named == made


def test_the_passwords_agree() -> None:
    postgres = container("postgres")["environment"]
    rabbitmq = container("rabbitmq")["environment"]
    for name in SERVICES_OF:
        for variable, value in environment(compose(), name).items():
            if variable.endswith("ADMIN_DATABASE_URL"):
                assert postgres["POSTGRES_PASSWORD"] in str(value)
            if variable == "AMQP_URL":
                assert rabbitmq["RABBITMQ_DEFAULT_PASS"] in str(value)
                assert urlsplit(resolved(str(value))).username == rabbitmq["RABBITMQ_DEFAULT_USER"]


def test_the_mailer_reaches_the_catcher_over_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of("mailer", monkeypatch)
    assert isinstance(settings, MailerSettings)
    assert container("mailer")["network_mode"] == "service:mail-catcher"
    listens = container("mail-catcher")["environment"]["MP_SMTP_BIND_ADDR"]
    assert listens == f"{settings.smtp_host}:{settings.smtp_port}"


def test_another_mail_server_needs_tls_here_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsRefused, match="loopback"):
        settings_of("mailer", monkeypatch, MAILER_SMTP_HOST="smtp.example.com")


def test_only_this_machine_is_published_to() -> None:
    ports = [port for name in compose()["services"] for port in container(name).get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    api = InvoiceSettings.model_validate(
        {k.removeprefix("INVOICE_").lower(): v for k, v in told_by_default(compose(), "api").items()}
    )
    assert [resolved(port) for port in container("api")["ports"]] == [f"127.0.0.1:8080:{api.port}"]
    assert api.host == "0.0.0.0"  # noqa: S104 - inside its container, which publishes to loopback


def test_what_is_waited_for_can_come() -> None:
    for name in compose()["services"]:
        for other, wanted in container(name).get("depends_on", {}).items():
            condition = wanted["condition"]
            if condition == "service_completed_successfully":
                assert other in JOBS
            elif name in WATCHING:
                assert (condition, other) == ("service_started", "prometheus")
            else:
                assert condition == "service_healthy"
                assert other in FOREIGN
                assert "test" in container(other)["healthcheck"]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_a_process_waits_for_its_tables_and_queues(name: str) -> None:
    waits = container(name)["depends_on"].keys()
    settings = CLASSES[SERVICES_OF[name]].model_fields
    assert ("database_url" in settings) == any(other.startswith("migrate-") for other in waits)
    assert ("topology" in waits) == (name != "api")
    assert container(name)["healthcheck"]["test"][-2:] == ["shared.observability.probe", "readyz"]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_a_process_is_given_the_time_to_stop(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(name, monkeypatch)
    assert isinstance(settings, ServiceSettings)
    assert int(container(name)["stop_grace_period"].removesuffix("s")) > settings.drain_seconds


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    told = container(name)
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told["restart"] == ("no" if name in JOBS else "unless-stopped")


def test_what_must_outlive_a_container_is_in_a_volume() -> None:
    mounted = {
        name: [volume.split(":") for volume in container(name).get("volumes", ())]
        for name in compose()["services"]
    }
    named = {
        volume[0] for volumes in mounted.values() for volume in volumes if not volume[0].startswith("./")
    }
    assert named == compose()["volumes"].keys()
    documents = {name for name, volumes in mounted.items() if any(v[1] == DOCUMENTS for v in volumes)}
    assert documents == DOCUMENTS_USED_BY
    for name in documents:
        assert told_by_default(compose(), name)["DOCUMENTS_URL"] == f"file://{DOCUMENTS}"
    ledger = told_by_default(compose(), "accounting")["ACCOUNTING_LEDGER_FOLDER"]
    assert ["ledger", ledger] in mounted["accounting"]


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_a_container_is_built_from_the_dockerfile_of_its_service(name: str) -> None:
    build = container(name)["build"]
    assert build == {"context": ".", "dockerfile": f"services/{SERVICES_OF[name]}/Dockerfile"}
    assert (ROOT / build["dockerfile"]).is_file()
    same_image = {other for other in SERVICES_OF if container(other)["image"] == container(name)["image"]}
    assert same_image == {other for other, service in SERVICES_OF.items() if service == SERVICES_OF[name]}


def test_files_that_are_mounted_exist() -> None:
    volumes = [volume for name in FOREIGN for volume in container(name).get("volumes", ())]
    mounts = [Path(volume.split(":")[0]) for volume in volumes if volume[0] == "."]
    assert mounts
    assert all((ROOT / mount).is_file() for mount in mounts)


def test_what_watches_comes_when_it_is_wanted_and_finds_every_process() -> None:
    for name in compose()["services"]:
        assert container(name).get("profiles") == (["monitoring"] if name in WATCHING else None)
    scraped = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text())["scrape_configs"]
    (found,) = scraped[0]["dns_sd_configs"]
    # The mailer has its network of the mail catcher, and so its name.
    names = {container(name).get("network_mode", name).removeprefix("service:") for name in PROCESSES}
    assert set(found["names"]) == names
    for name in PROCESSES:
        told = told_by_default(compose(), name)
        assert (told["MANAGEMENT_HOST"], told["MANAGEMENT_PORT"]) == (EVERYWHERE, str(found["port"]))


def test_grafana_finds_what_is_mounted() -> None:
    targets = {volume.split(":")[1] for volume in container("grafana")["volumes"]}
    told = container("grafana")["environment"]
    (provider,) = yaml.safe_load((ROOT / "ops/grafana/dashboards.yml").read_text())["providers"]
    home = told["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home in targets
    assert home.startswith(provider["options"]["path"] + "/")
    (source,) = yaml.safe_load((ROOT / "ops/grafana/datasource.yml").read_text())["datasources"]
    host = urlsplit(source["url"])
    assert (host.hostname in WATCHING, host.port) == (True, 9090)


def scaled() -> dict[str, int]:
    """How many of each the command of docs/scaling.md asks for."""
    told = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    return {name: int(number) for name, number in re.findall(r"--scale (\S+)=(\d+)", told)}


def test_what_the_manual_scales_can_run_more_than_once() -> None:
    assert set(scaled()) == PROCESSES - {"api", "mailer"}
    for name, number in scaled().items():
        told = container(name)
        assert number > 1
        # A name or a port of this machine, or another's network, is there once.
        assert told.keys().isdisjoint({"container_name", "ports", "network_mode", "hostname"}), name


def test_the_replicas_are_those_of_the_settings() -> None:
    """`deploy.replicas` comes from `.env`: one where nothing is said, and the command line is stronger."""
    for name in scaled():
        assert container(name)["deploy"] == {"replicas": f"${{{name.upper()}_REPLICAS:-1}}"}
