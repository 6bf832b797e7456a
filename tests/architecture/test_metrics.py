"""docs/observability.md lists every metric as the code has it, and none has a label without a bound."""

import re
from typing import NamedTuple

from prometheus_client.metrics import MetricWrapperBase

from services.accounting_sync import measured as of_accounting
from services.mailer import measured as of_mailer
from services.render_service import measured as of_render
from shared.observability import metrics as of_all
from tests.architecture.house import ROOT

MODULES = (of_all, of_accounting, of_mailer, of_render)
# Each has few values, whatever the outside sends.
BOUNDED = {
    "action", "check", "connector", "held", "kind", "limit", "method", "operation", "outcome", "phase", "pool", "queue",
    "route", "state", "status", "step", "type", "verdict",
}  # fmt: skip
_ROW = re.compile(r"^\| `(?P<name>factures_\w+)` \| (?P<kind>\w+) \| (?P<labels>[\w, ]*)\|", re.MULTILINE)


class Metric(NamedTuple):
    """A metric as Prometheus shows it."""

    name: str
    kind: str
    labels: tuple[str, ...]


def metrics() -> set[Metric]:
    """Those in the code."""
    found = set()
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, MetricWrapperBase) and value._type:
                ending = "_total" if value._type == "counter" else ""
                found.add(Metric(f"{value._name}{ending}", value._type, tuple(value._labelnames)))
    return found


def test_the_page_lists_every_metric() -> None:
    page = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
    listed = {
        Metric(
            str(row["name"]),
            str(row["kind"]),
            tuple(row["labels"].replace(" ", "").split(",")) if row["labels"].strip() else (),
        )
        for row in _ROW.finditer(page)
    }
    assert listed == metrics()


def test_no_label_is_without_a_bound() -> None:
    assert {label for metric in metrics() for label in metric.labels} == BOUNDED


def test_names_are_as_prometheus_wants_them() -> None:
    for metric in metrics():
        assert metric.name.startswith("factures_")
        unit = "_seconds" if metric.kind == "histogram" else "_total" if metric.kind == "counter" else ""
        assert metric.name.endswith(unit)


def test_all_metrics_stand_where_this_looks() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(
            r"^from prometheus_client import .*\b(Counter|Gauge|Histogram|Summary|Info|Enum)\b",
            path.read_text(),
            re.MULTILINE,
        )
    ]
    assert sorted(elsewhere) == sorted(f"{module.__name__.replace('.', '/')}.py" for module in MODULES)
