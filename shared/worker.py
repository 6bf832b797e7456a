"""A worker with a database of its own: its command line."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from shared.postgres import backup
from shared.postgres.migrations import exit_when_stopped
from shared.runtime import run
from shared.serving import Serving, at_work, prepared
from shared.settings import ServiceSettings, SettingMissing

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker(Generic[S]):
    """A worker with a database of its own, and what an operator does with that.

    `export` writes JSON lines to the standard output; `more` are further commands, by name: what each does in a
    sentence, and how, which gives the exit code.
    """

    name: str
    about: str
    settings: type[S]
    serving: Serving[S]
    migrate: Callable[[S], Coroutine[Any, Any, object]]
    export: Callable[[S], Coroutine[Any, Any, None]]
    back_up: Callable[[S, Path], Coroutine[Any, Any, backup.Done]]
    restore: Callable[[S, Path], Coroutine[Any, Any, backup.Done]]
    more: Mapping[str, tuple[str, Callable[[S], int]]] = field(default_factory=dict)

    def main(self, arguments: list[str] | None = None) -> int:
        """Run one command; returns the exit code."""
        chosen = self._parser().parse_args(arguments)
        settings = prepared(self.name, self.settings)
        try:
            with exit_when_stopped():
                return self._do(chosen.command, settings, getattr(chosen, "folder", Path()))
        except SettingMissing as error:
            sys.stderr.write(f"{error}\n")
            return 1

    def _do(self, command: str | None, settings: S, folder: Path) -> int:
        match command:
            case "migrate":
                asyncio.run(self.migrate(settings))
            case "export":
                asyncio.run(self.export(settings))
            case "backup":
                return backup.command(self.back_up(settings, folder), "backed up")
            case "restore":
                return backup.command(self.restore(settings, folder), "restored")
            case str(name) if name in self.more:
                return self.more[name][1](settings)
            case _:
                run(at_work(self.name, settings, self.serving), drain_seconds=settings.drain_seconds)
        return 0

    def _parser(self) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=f"python -m services.{self.name}", description=self.about)
        commands = parser.add_subparsers(dest="command")
        commands.add_parser("serve", help="do its work (default)")
        commands.add_parser("migrate", help="roles and tables")
        commands.add_parser("export", help="what is known, as JSON lines")
        for name, (about, _) in self.more.items():
            commands.add_parser(name, help=about)
        for name, about in (("backup", "into a new folder"), ("restore", "a backup into what is empty")):
            commands.add_parser(name, help=about).add_argument("folder", type=Path)
        return parser
