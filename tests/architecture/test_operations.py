"""What an operator is given agrees with itself: alerts, runbook, dashboard, metrics."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from shared.bus import topology
from tests.architecture.house import ROOT
from tests.architecture.test_metrics import metrics

# What RabbitMQ's own port tells (`family=queue_coarse_metrics&family=queue_consumer_count`), and Prometheus itself.
FOREIGN = {"up", "rabbitmq_detailed_queue_consumers", "rabbitmq_detailed_queue_messages_ready"}
_NAME = re.compile(r"\b(?:factures|rabbitmq)_\w+|\bup\b")


def alerts() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load((ROOT / "ops/prometheus/alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def series() -> set[str]:
    """Every name under which a metric of ours is asked for."""
    endings = {"histogram": ("_bucket", "_count", "_sum")}
    return {
        metric.name + ending for metric in metrics() for ending in endings.get(metric.kind, ("",))
    } | FOREIGN


def texts(node: object, key: str) -> Iterator[str]:
    """Every value of a key, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key and isinstance(value, str):
                yield value
            yield from texts(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value, key)


def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "ops/grafana/factures.json").read_text(encoding="utf-8"))
    return read


def test_the_runbook_has_every_alert_with_its_severity() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### (\w+)\n(.+?)(?=^##|\Z)", runbook, re.MULTILINE | re.DOTALL)
    told = {name: re.findall(r"\*\*(page|ticket)\*\*", text) for name, text in sections}
    assert told == {name: [rule["labels"]["severity"]] for name, rule in alerts().items()}


def test_an_alert_asks_for_metrics_that_there_are() -> None:
    asked = {name for rule in alerts().values() for name in _NAME.findall(rule["expr"])}
    assert asked - series() == set()


def test_an_alert_watches_every_queue() -> None:
    (watched,) = re.findall(r'queue=~"([^"]+)"', alerts()["QueueWithoutConsumer"]["expr"])
    names = {queue.name for queue in topology.QUEUES} | {topology.DEAD_LETTER_QUEUE}
    assert set(watched.split("|")) == names


def test_every_alert_is_played() -> None:
    played = yaml.safe_load((ROOT / "ops/prometheus/alerts_test.yml").read_text())["tests"]
    assert {case["name"] for case in played} == alerts().keys()
    for case in played:
        silent, told = case["alert_rule_test"]
        assert case["name"] == silent["alertname"] == told["alertname"]
        assert "exp_alerts" not in silent
        assert told["exp_alerts"]


def test_the_dashboard_asks_for_metrics_that_there_are() -> None:
    queries = list(texts(dashboard(), "expr"))
    assert {name for query in queries for name in _NAME.findall(query)} - series() == set()
    unqueried = [metric.name for metric in metrics() if not any(metric.name in query for query in queries)]
    assert unqueried == []


def test_the_dashboard_has_one_source_and_no_panel_twice() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    assert set(texts(panels, "uid")) == {"prometheus"}
    for panel in panels:
        assert panel["type"] == "row" or panel["targets"], panel["title"]


@pytest.mark.parametrize("panel", dashboard()["panels"], ids=lambda panel: str(panel["title"]))
def test_a_panel_has_room_of_its_own(panel: dict[str, Any]) -> None:
    place = panel["gridPos"]
    taken = {
        (x, y)
        for other in dashboard()["panels"]
        if other["id"] != panel["id"]
        for x in range(other["gridPos"]["x"], other["gridPos"]["x"] + other["gridPos"]["w"])
        for y in range(other["gridPos"]["y"], other["gridPos"]["y"] + other["gridPos"]["h"])
    }
    mine = {
        (x, y)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    }
    assert place["x"] + place["w"] <= 24
    assert mine & taken == set()
