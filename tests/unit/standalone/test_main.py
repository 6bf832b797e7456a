"""What the command line and the environment say of the demonstration."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import pytest

from services.standalone import __main__ as command
from services.standalone.settings import StandaloneSettings


@pytest.mark.parametrize(
    ("environment", "arguments", "wanted"),
    [
        (None, ["run"], False),
        ("on", ["run"], True),
        ("off", ["run"], False),
        (None, ["run", "--demo"], True),
        ("off", ["run", "--demo"], True),
        ("on", ["run", "--no-demo"], False),
    ],
)
def test_a_flag_is_stronger_than_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: str | None, arguments: Sequence[str], *, wanted: bool
) -> None:
    seen: list[StandaloneSettings] = []

    def running(settings: StandaloneSettings) -> AbstractAsyncContextManager[None]:
        seen.append(settings)
        return nullcontext()

    def at_once(_: object, **__: object) -> None:
        """Nothing runs."""

    monkeypatch.delenv("FACTURES_DEMO", raising=False)
    if environment is not None:
        monkeypatch.setenv("FACTURES_DEMO", environment)
    monkeypatch.setattr(command, "_running", running)
    monkeypatch.setattr(command, "run", at_once)
    monkeypatch.setattr(command, "configure_logging", lambda *_, **__: None)

    command.main([*arguments])

    assert [settings.demo for settings in seen] == [wanted]
