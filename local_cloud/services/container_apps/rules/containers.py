"""What Container Apps ask of the containers of apps and jobs: images, resources, probes, variables, volumes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local_cloud.packages.azure_native.shared import EXAMPLE_IDENTITY, example_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Length, Pattern, Range, Related, Rule, Valid, items_at, part
from local_cloud.services.container_apps.rules.secrets import (
    DOCS,
    EXAMPLE_SECRET,
    SECRET_RULES,
    are_distinct,
    distinct_names,
)

_PROBE: Final = "template.containers[].probes[]"
EXAMPLE_CONTAINER: Final = {
    "name": "api",
    "image": "ghcr.io/ecent/api@sha256:0f3b5e9a",
    "resources": {"cpu": 0.5, "memory": "1Gi"},
    "env": [{"name": "PORT", "value": "8080"}, {"name": "DATABASE_URL", "secretRef": "database-url"}],
    "volumeMounts": [{"volumeName": "scratch", "mountPath": "/scratch"}],
    "probes": [{"type": "Liveness", "httpGet": {"path": "/health", "port": 8080}}],
}


def example_of(*, job: bool = False) -> dict[str, Any]:
    """What the examples of apps and jobs have in common."""
    found = {
        "resourceGroupName": "rg-ignition-dev",
        "location": "westeurope",
        "environmentId": example_id("Microsoft.App/managedEnvironments/cae-ignition-dev"),
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [EXAMPLE_IDENTITY]},
        "configuration": {
            "secrets": [EXAMPLE_SECRET],
            "registries": [{"server": "crignitiondev.azurecr.io", "identity": EXAMPLE_IDENTITY}],
            "identitySettings": [{"identity": EXAMPLE_IDENTITY, "lifecycle": "None"}],
        },
        "template": {
            "containers": [EXAMPLE_CONTAINER],
            "volumes": [{"name": "scratch", "storageType": "EmptyDir"}],
        },
    }
    return found | ({"jobName": "job-ignition-dev"} if job else {"containerAppName": "ca-ignition-dev-api"})


def _gibibytes(memory: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)Gi", memory)
    return float(found.group(1)) if found else None


def _fits_consumption(inputs: Inputs) -> bool:
    """The containers together ask for one of the profile's pairs: 0.25 CPU and 0.5 Gi up to 4 CPU and 8 Gi."""
    if inputs.get("workloadProfileName") not in {None, "Consumption"}:
        return True
    containers = items_at(inputs, "template.containers[]")
    given = [
        item for item in (part(each, "resources") for each in containers) if item.get("cpu") and item.get("memory")
    ]
    if len(given) != len(containers):
        return True
    cpu = sum((float(item["cpu"]) for item in given), 0.0)
    memory = sum((_gibibytes(item["memory"]) or 0.0 for item in given), 0.0)
    return not given or (0.25 <= cpu <= 4 and (cpu * 4).is_integer() and abs(memory - 2 * cpu) < 1e-9)


def _has_one_value(variable: Mapping[str, Any], _inputs: Inputs) -> bool:
    both = variable.get("value") is not None and variable.get("secretRef") is not None
    return bool(variable.get("name")) and not both


def _knocks_at_a_port(probe: Any, _inputs: Inputs) -> bool:
    port = part(probe, "tcpSocket").get("port")
    return port is None or 1 <= port <= 65535


def _has_one_check(probe: Mapping[str, Any], _inputs: Inputs) -> bool:
    return (probe.get("httpGet") is None) != (probe.get("tcpSocket") is None)


def _succeeds_once(probe: Mapping[str, Any], _inputs: Inputs) -> bool:
    return probe.get("type") == "Readiness" or probe.get("successThreshold") in {None, 1}


def _probe_range(name: str, least: int, most: int, says: str) -> Range:
    return Range(
        path=f"{_PROBE}.{name}",
        least=least,
        most=most,
        says=says,
        source=f"{DOCS}/health-probes",
        passes=least,
        fails=most + 1,
    )


_GET: Final = {"httpGet": {"path": "/health", "port": 8080}}
_PROBE_RULES: Final[tuple[Rule, ...]] = (
    _probe_range("failureThreshold", 1, 10, "a probe fails after 1 to 10 failures"),
    _probe_range("initialDelaySeconds", 1, 60, "a probe begins after 1 to 60 seconds"),
    _probe_range("periodSeconds", 1, 240, "a probe runs every 1 to 240 seconds"),
    _probe_range("successThreshold", 1, 10, "a probe succeeds after 1 to 10 successes"),
    _probe_range("timeoutSeconds", 1, 240, "a probe gives up after 1 to 240 seconds"),
    _probe_range("httpGet.port", 1, 65535, "ports are 1 to 65535"),
    Related(
        path=_PROBE,
        test=_knocks_at_a_port,
        says="a tcpSocket's port is 1 to 65535",
        source=f"{DOCS}/health-probes",
        passes={_PROBE: {"type": "Liveness", "tcpSocket": {"port": 8080}}},
        fails={_PROBE: {"type": "Liveness", "tcpSocket": {"port": 65536}}},
    ),
    _probe_range("terminationGracePeriodSeconds", 0, 3600, "the grace period is at most an hour"),
    Related(
        path=_PROBE,
        test=_has_one_check,
        says="a probe has either httpGet or tcpSocket",
        source=f"{DOCS}/health-probes",
        passes={_PROBE: {"type": "Liveness", "tcpSocket": {"port": 8080}}},
        fails={_PROBE: {"type": "Liveness"}},
    ),
    Related(
        path=_PROBE,
        test=_succeeds_once,
        says="successThreshold is 1 for Liveness and Startup probes",
        source=f"{DOCS}/health-probes#restrictions",
        passes={_PROBE: {"type": "Readiness", "successThreshold": 3, **_GET}},
        fails={_PROBE: {"type": "Startup", "successThreshold": 3, **_GET}},
    ),
    Related(
        path="template.containers[].probes",
        test=lambda probes, _: are_distinct(probe.get("type") for probe in probes),
        says="a container has at most one probe of each type",
        source=f"{DOCS}/health-probes#restrictions",
        passes={"template.containers[].probes": [{"type": "Liveness", **_GET}, {"type": "Startup", **_GET}]},
        fails={"template.containers[].probes": [{"type": "Liveness", **_GET}, {"type": "Liveness", **_GET}]},
    ),
    Pattern(
        path=f"{_PROBE}.httpGet.path",
        regex=r"/\S*",
        says="a path begins with a slash",
        source=f"{DOCS}/health-probes",
        passes="/health",
        fails="health",
    ),
)

_RESOURCE_RULES: Final[tuple[Rule, ...]] = (
    Pattern(
        path="template.containers[].resources.memory",
        regex=r"\d+(\.\d+)?Gi",
        says="memory is given in Gi: 0.5Gi, 1Gi",
        source=f"{DOCS}/containers#allocations",
        passes="1.0Gi",
        fails="1024Mi",
    ),
    Combination(
        path="template.containers",
        test=_fits_consumption,
        says="on the Consumption profile all containers together get 0.25 to 4 CPU in steps of 0.25, "
        "and twice as many Gi of memory: 0.5 and 1Gi, 1 and 2Gi",
        source=f"{DOCS}/containers#allocations",
        passes={"template.containers[].resources": {"cpu": 1, "memory": "2Gi"}},
        fails={"template.containers[].resources": {"cpu": 0.5, "memory": "2Gi"}},
    ),
)

CONTAINER_RULES: Final[tuple[Rule, ...]] = (
    Combination(
        path="template.containers",
        test=lambda inputs: bool(part(inputs, "template").get("containers")),
        says="at least one container is needed",
        source=f"{DOCS}/containers",
        passes={"template.containers": [EXAMPLE_CONTAINER]},
        fails={"template.containers": []},
    ),
    Related(
        path="template.containers[]",
        test=lambda container, _: bool(container.get("name")) and bool(container.get("image")),
        says="a container needs a name and an image",
        source=f"{DOCS}/containers#configuration",
        passes={"template.containers[]": {"name": "api", "image": "ghcr.io/ecent/api:1"}},
        fails={"template.containers[]": {"name": "api"}},
    ),
    Pattern(
        path="template.containers[].name",
        regex=r"(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        says="a container's name has 1 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit",
        source=f"{DOCS}/containers#configuration",
        passes="api",
        fails="Api_1",
    ),
    distinct_names(
        "template.containers",
        says="containers have distinct names",
        source=f"{DOCS}/containers#multiple-containers",
        passes=[EXAMPLE_CONTAINER, {**EXAMPLE_CONTAINER, "name": "proxy"}],
        fails=[EXAMPLE_CONTAINER, EXAMPLE_CONTAINER],
    ),
    Related(
        path="template.containers[].env[]",
        test=_has_one_value,
        says="a variable has a name and either a value or a secretRef",
        source=f"{DOCS}/environment-variables",
        passes={"template.containers[].env": [{"name": "PORT", "value": "8080"}]},
        fails={"template.containers[].env": [{"name": "URL", "value": "x", "secretRef": "database-url"}]},
    ),
    Related(
        path="template.containers[].volumeMounts[].volumeName",
        test=lambda name, inputs: name in items_at(inputs, "template.volumes[].name"),
        says="template.volumes holds no volume of that name",
        source=f"{DOCS}/storage-mounts",
        passes={"template.containers[].volumeMounts": [{"volumeName": "scratch", "mountPath": "/tmp"}]},  # noqa: S108  a path in a container
        fails={"template.containers[].volumeMounts": [{"volumeName": "missing", "mountPath": "/data"}]},
    ),
    Valid(
        path="template.containers[].volumeMounts[].mountPath",
        test=lambda path: path.startswith("/") and ":" not in path,
        says="a mount path is absolute and holds no colon",
        source=f"{DOCS}/storage-mounts",
        passes="/data",
        fails="data",
    ),
    Length(
        path="template.containers[].probes",
        most=3,
        says="a container has at most three probes, one of each type",
        source=f"{DOCS}/health-probes#restrictions",
        passes=[{"type": "Liveness", **_GET}],
        fails=[{"type": kind, **_GET} for kind in ("Liveness", "Readiness", "Startup", "Liveness")],
    ),
    *_RESOURCE_RULES,
    *_PROBE_RULES,
    *SECRET_RULES,
)
