"""The manifests for Kubernetes agree with settings, topology and images; no process may do more than it must."""

import importlib
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.accounting_sync.settings import AccountingSettings
from services.invoice_service.settings import InvoiceSettings
from services.mailer.settings import MailerSettings
from services.render_service.settings import RenderSettings
from shared.bus import topology
from shared.settings import ServiceSettings, load, variables
from tests.packaging import compose
from tests.packaging.compose import SERVICES_OF
from tests.packaging.kubernetes import (
    container,
    environment,
    kustomization,
    objects,
    of_kind,
    pod,
    secret,
    workloads,
)

CLASSES: Mapping[str, type[ServiceSettings]] = {
    "invoice_service": InvoiceSettings,
    "render_service": RenderSettings,
    "mailer": MailerSettings,
    "accounting_sync": AccountingSettings,
}
PROCESSES = sorted(of_kind("base", "Deployment"))
JOBS = sorted(of_kind("base", "Job"))
# Which process reads which queue; those of the consumer beside the dead letters.
READERS = {
    "consumer": {topology.PRODUCTION, topology.RESULTS},
    "render": {topology.RENDER, topology.RENDER_BULK},
    "mailer": {topology.EMAIL},
    "accounting": {topology.TRANSFER},
}


def settings_of(workload: str, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    for variable in os.environ:
        monkeypatch.delenv(variable)
    for variable, value in environment(workload).items():
        monkeypatch.setenv(variable, value)
    return load(CLASSES[SERVICES_OF[workload]])


def test_it_runs_what_compose_runs() -> None:
    assert workloads().keys() == SERVICES_OF.keys()


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_it_is_told_settings_of_its_service_and_good_ones(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = set(variables(CLASSES[SERVICES_OF[name]]).values())
    assert environment(name).keys() - known == set()
    for value in environment(name).values():
        assert isinstance(value, str), "a number in YAML is no text, and Kubernetes refuses it"
    settings_of(name, monkeypatch)


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_it_runs_the_command_of_compose_in_an_image_of_ours(name: str) -> None:
    told = compose.compose()["services"][name]
    assert container(name)["image"] == told["image"]
    assert container(name).get("args") == told.get("command")
    assert container(name).get("command") == told.get("entrypoint")
    assert container(name)["image"] in {image["name"] for image in kustomization("base")["images"]}


def test_the_secret_has_what_is_asked_of_it_and_no_more() -> None:
    asked = {
        variable["valueFrom"]["secretKeyRef"]["key"]
        for name in SERVICES_OF
        for variable in container(name)["env"]
        if "valueFrom" in variable
    }
    assert secret().keys() == asked


def test_no_password_stands_in_a_manifest() -> None:
    secrets = ("PASSWORD", "DATABASE_URL", "AMQP_URL", "KEY", "USER")
    plain = [
        variable["name"]
        for name in SERVICES_OF
        for variable in container(name)["env"]
        if "value" in variable and any(word in variable["name"] for word in secrets)
    ]
    assert plain == []
    assert all("CHANGE-ME" in value for key, value in secret().items() if key.endswith(("-url", "-password"))
               and key != "documents-url")  # fmt: skip


def test_who_administrates_is_told_in_jobs_only_and_each_logs_in_as_itself() -> None:
    for name in SERVICES_OF:
        for variable, value in environment(name).items():
            if variable.endswith("DATABASE_URL"):
                service = importlib.import_module(f"services.{SERVICES_OF[name]}.composition")
                role = getattr(service, "SERVICE", None) or service.SERVICE_ROLE
                assert urlsplit(value).username == ("postgres" if "ADMIN" in variable else role)
                assert "ADMIN" not in variable or name in JOBS


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_it_can_do_no_more_than_it_must(name: str) -> None:
    around, inside = pod(name)["securityContext"], container(name)["securityContext"]
    assert around["runAsNonRoot"] is True
    assert around["runAsUser"] == around["runAsGroup"] == around["fsGroup"] == 10001
    assert around["seccompProfile"] == {"type": "RuntimeDefault"}
    assert inside == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(name)["automountServiceAccountToken"] is False
    assert pod(name)["serviceAccountName"] in of_kind("base", "ServiceAccount")
    assert {mount["mountPath"] for mount in container(name)["volumeMounts"]} >= {"/tmp"}  # noqa: S108 - what WeasyPrint and Python write to
    assert container(name)["resources"]["limits"].keys() == {"memory"}
    assert container(name)["resources"]["requests"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("name", PROCESSES)
def test_it_is_asked_how_it_is_where_it_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(name, monkeypatch)
    ports = {port["name"]: port["containerPort"] for port in container(name)["ports"]}
    assert ports["management"] == settings.management_port
    assert settings.management_host == "0.0.0.0"  # noqa: S104 - in a pod of its own
    asked = {
        probe: container(name)[f"{probe}Probe"]["httpGet"] for probe in ("liveness", "readiness", "startup")
    }
    assert asked == {
        "liveness": {"path": "/livez", "port": "management"},
        "readiness": {"path": "/readyz", "port": "management"},
        "startup": {"path": "/livez", "port": "management"},
    }
    annotations = workloads()[name]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(settings.management_port)


@pytest.mark.parametrize("name", PROCESSES)
def test_it_is_given_the_time_to_stop(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(name, monkeypatch)
    assert pod(name)["terminationGracePeriodSeconds"] > settings.drain_seconds
    if isinstance(settings, InvoiceSettings) and name == "api":
        # The time that requests have after it left (server.py), and that readiness takes to be noticed.
        assert settings.drain_seconds > settings.leave_seconds + 20
        readiness = container(name)["readinessProbe"]
        assert settings.leave_seconds > 2 * readiness["periodSeconds"] * readiness["failureThreshold"]
        ports = {port["name"]: port["containerPort"] for port in container(name)["ports"]}
        assert ports["http"] == settings.port
        (served,) = of_kind("base", "Service")["api"]["spec"]["ports"]
        assert served["targetPort"] == "http"


@pytest.mark.parametrize("name", sorted(SERVICES_OF))
def test_names_and_selectors_agree(name: str) -> None:
    labels = {"app.kubernetes.io/name": "factures", "app.kubernetes.io/component": name}
    workload = workloads()[name]
    assert workload["metadata"]["labels"] == labels
    assert workload["spec"]["template"]["metadata"]["labels"] == labels
    if name in PROCESSES:
        assert workload["spec"]["selector"]["matchLabels"] == labels
        budget = of_kind("base", "PodDisruptionBudget")[name]["spec"]
        assert budget == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
        (spread,) = pod(name)["topologySpreadConstraints"]
        assert spread["labelSelector"]["matchLabels"] == labels
        update = workload["spec"]["strategy"]["rollingUpdate"]
        assert update == {"maxUnavailable": 0, "maxSurge": 1}


def test_a_job_ends_and_is_tidied_away() -> None:
    for name in JOBS:
        specification = workloads()[name]["spec"]
        assert specification["ttlSecondsAfterFinished"] > 0
        assert pod(name)["restartPolicy"] == "OnFailure"


def test_what_is_mounted_is_there() -> None:
    for name in SERVICES_OF:
        volumes = {volume["name"]: volume for volume in pod(name)["volumes"]}
        assert {mount["name"] for mount in container(name)["volumeMounts"]} == volumes.keys()
        for volume in volumes.values():
            if "persistentVolumeClaim" in volume:
                claim = of_kind("base", "PersistentVolumeClaim")[volume["persistentVolumeClaim"]["claimName"]]
                assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    mounts = [mount["mountPath"] for mount in container("accounting")["volumeMounts"]]
    assert environment("accounting")["ACCOUNTING_LEDGER_FOLDER"] in mounts


def test_every_queue_scales_who_reads_it() -> None:
    queues: dict[str, set[str]] = {}
    for name, scaled in of_kind("keda", "ScaledObject").items():
        specification: Any = scaled["spec"]
        assert specification["scaleTargetRef"]["name"] == name
        assert 1 <= specification["minReplicaCount"] < specification["maxReplicaCount"] <= 8
        assert specification["minReplicaCount"] == workloads()[name]["spec"]["replicas"]
        queues[name] = {trigger["metadata"]["queueName"] for trigger in specification["triggers"]}
        for trigger in specification["triggers"]:
            assert (trigger["type"], trigger["metadata"]["mode"]) == ("rabbitmq", "QueueLength")
            assert int(trigger["metadata"]["value"]) > 0
            asked = of_kind("keda", "TriggerAuthentication")[trigger["authenticationRef"]["name"]]
            (host,) = asked["spec"]["secretTargetRef"]
            assert (host["parameter"], host["key"] in secret()) == ("host", True)
    assert queues == READERS
    assert set().union(*queues.values()) == {queue.name for queue in topology.QUEUES}


def test_the_example_puts_all_of_it_together() -> None:
    assert set(kustomization("example")["resources"]) == {"../base", "../keda"}
    kinds = {(one["kind"], one["metadata"]["name"]) for part in ("base", "keda") for one in objects(part)}
    assert len(kinds) == sum(len(objects(part)) for part in ("base", "keda"))
