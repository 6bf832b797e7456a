"""`.env.example`, from the settings classes and docker-compose.yml: `python -m tests.architecture.env_example`.

A test compares; after a change of a setting, write the file anew with this module.
"""

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from services.accounting_sync.settings import AccountingSettings
from services.invoice_service.settings import InvoiceSettings
from services.mailer.settings import MailerSettings
from services.render_service.settings import RenderSettings
from services.standalone.settings import StandaloneSettings
from shared.settings import variables
from tests.packaging.compose import compose, fixed_variables, interpolated

FILE = ".env.example"
CLASSES: Mapping[str, type[BaseSettings]] = {
    "Invoice service": InvoiceSettings,
    "Render service": RenderSettings,
    "Mailer": MailerSettings,
    "Accounting synchronisation": AccountingSettings,
    "Standalone (`make run`)": StandaloneSettings,
}
SEVERAL = "Several of them"
COMPOSE = "docker-compose.yml alone"
# What only docker-compose.yml knows. Letters and digits only: they become parts of addresses.
OF_COMPOSE = {
    "POSTGRES_PASSWORD": "of PostgreSQL's administrator; set it before the first start",
    "RABBITMQ_PASSWORD": "of the broker's user `factures`; set it before the first start",
    "INVOICE_DATABASE_PASSWORD": "of the role invoice_service, which `migrate` gives it at each start",
    "MAILER_DATABASE_PASSWORD": "of the role mailer_service",
    "ACCOUNTING_DATABASE_PASSWORD": "of the role accounting_service",
    "RELAY_REPLICAS": "how many containers of it run (docs/scaling.md)",
    "CONSUMER_REPLICAS": "the same",
    "RENDER_REPLICAS": "the same",
    "ACCOUNTING_REPLICAS": "the same",
}
_HEAD = """\
# All settings, each with the value that it has when nothing is set. A process reads them from its environment.
#
# `docker compose` reads the file `.env` beside docker-compose.yml: copy this one, remove the # before what you set.
# Elsewhere: EnvironmentFile= of systemd, or `set -a; . ./.env` in a shell.
# What docker-compose.yml sets itself can't be set there. Keep `.env` to yourself (chmod 600): it holds passwords.
#
# Written by `make env-example`.
"""
_WIDTH = 110


def fields() -> Iterator[tuple[str, str, FieldInfo]]:
    """Every setting of every class: the class's title, the variable, the field."""
    for title, kind in CLASSES.items():
        for name, variable in variables(kind).items():
            yield title, variable, kind.model_fields[name]


def sections() -> dict[str, dict[str, FieldInfo]]:
    """The settings by section; what several classes have stands in the first one, once."""
    titles: dict[str, list[str]] = {}
    for title, variable, _ in fields():
        titles.setdefault(variable, []).append(title)
    found: dict[str, dict[str, FieldInfo]] = {SEVERAL: {}, **{title: {} for title in CLASSES}}
    for title, variable, field in fields():
        section = SEVERAL if len(titles[variable]) > 1 else title
        found[section].setdefault(variable, field)
    return found


def rendered() -> str:
    """The whole file."""
    fixed = fixed_variables(compose())
    defaults = interpolated(compose())
    parts = [_HEAD]
    for title, settings in sections().items():
        parts.append(_title(title))
        for variable, field in settings.items():
            said = [field.description or ""]
            if field.is_required():
                said.append("[required]")
            if variable in fixed:
                said.append("[set by docker-compose.yml]")
            parts.append(_entry(variable, " ".join(said), _text(field)))
    parts.append(_title(COMPOSE))
    parts += [_entry(variable, said, defaults[variable]) for variable, said in OF_COMPOSE.items()]
    return "\n".join(parts)


def _title(title: str) -> str:
    return f"\n# ---- {title}\n"


def _entry(variable: str, said: str, value: str) -> str:
    comment = textwrap.fill(said, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    return f"{comment}\n#{variable}={value}\n"


def _text(field: FieldInfo) -> str:
    value: Any = None if field.is_required() else field.default
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple | bool):
        return json.dumps(value)
    if isinstance(value, Path):
        return value.as_posix()
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.stdout.write(rendered())
