from pathlib import Path

pytest_plugins = [
    f"tests.support.{name}"
    for name in ("postgres", "rabbitmq")
    if (Path(__file__).parent / "support" / f"{name}.py").exists()
]
