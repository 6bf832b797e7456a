"""deploy/kubernetes, read: every object, and what its containers are told."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from tests.architecture.house import ROOT

FOLDER = ROOT / "deploy/kubernetes"
Object = Mapping[str, Any]


def kustomization(part: str) -> Object:
    """The kustomization of base, keda or example."""
    read: Object = yaml.safe_load((FOLDER / part / "kustomization.yaml").read_text(encoding="utf-8"))
    return read


@cache
def objects(part: str) -> tuple[Object, ...]:
    """Every object of the files that a kustomization names."""
    files = [FOLDER / part / name for name in kustomization(part)["resources"]]
    return tuple(one for file in files for one in yaml.safe_load_all(file.read_text(encoding="utf-8")))


def of_kind(part: str, kind: str) -> dict[str, Object]:
    """The objects of a kind, by name."""
    found = [one for one in objects(part) if one["kind"] == kind]
    return {one["metadata"]["name"]: one for one in found}


def workloads() -> dict[str, Object]:
    """Deployments and jobs."""
    return of_kind("base", "Deployment") | of_kind("base", "Job")


def pod(workload: str) -> Object:
    """The pod's specification."""
    found: Object = workloads()[workload]["spec"]["template"]["spec"]
    return found


def container(workload: str) -> Object:
    """Its one container."""
    (only,) = pod(workload)["containers"]
    found: Object = only
    return found


def secret() -> dict[str, str]:
    """The example's secret."""
    (made,) = kustomization("example")["secretGenerator"]
    return dict(literal.split("=", 1) for literal in made["literals"])


def environment(workload: str) -> dict[str, str]:
    """What a container is told: the shared settings, its own, and what the example's secret has for it."""
    told: dict[str, str] = {}
    for source in container(workload).get("envFrom", ()):
        told |= of_kind("base", "ConfigMap")[source["configMapRef"]["name"]]["data"]
    return told | dict(_own(workload))


def _own(workload: str) -> Iterator[tuple[str, str]]:
    for variable in container(workload)["env"]:
        if "value" in variable:
            yield variable["name"], variable["value"]
        else:
            wanted = variable["valueFrom"]["secretKeyRef"]
            (made,) = kustomization("example")["secretGenerator"]
            assert wanted["name"] == made["name"]
            yield variable["name"], secret()[wanted["key"]]
