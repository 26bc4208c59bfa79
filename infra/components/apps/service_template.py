"""
What runs in one replica of an app, and the name of the revision that follows from it.

Plain values on one side, the arguments of Azure's container app on the other; the app itself is made by `service`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi_azure_native as azure
from pulumi import Input, Output

from infra.config.sections.apps import ServiceSection

_GIB_PER_CPU: Final = 2
"""What the Consumption profile pairs with each CPU (https://learn.microsoft.com/azure/container-apps/containers#allocations)."""
_PROBE_TIMES: Final = {"period_s": 10, "timeout_s": 3}
_PROBE_KEYS: Final = {"startup_path", "liveness_path", "readiness_path", "startup_s"}
_SCALE_KEYS: Final = {"min_replicas", "max_replicas", "concurrent_requests"}


@dataclass(frozen=True, kw_only=True)
class Container:
    """
    One container.

    Attributes:
        name: Lower-case letters, digits and hyphens; unique in the app.
        image: An image by digest, `SERVER/NAME@sha256:...`.
        command: Instead of the image's entry point.
        args: Instead of the image's arguments.
        env: Plain variables.
        secrets: Variables whose values are in the vault, by the address of the secret. An address with a version makes every
            new version a new revision; one without is looked up again within half an hour.
        cpu: In steps of 0.25; memory comes with it, 2 GiB for each.
    """

    name: str
    image: Input[str]
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    env: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    cpu: float

    def __post_init__(self) -> None:
        if not 0.25 <= self.cpu <= 4 or self.cpu * 4 % 1:
            raise ValueError(f"container {self.name}: {self.cpu} CPU; Azure gives 0.25 to 4, in steps of 0.25")
        if both := sorted(set(self.env) & set(self.secrets)):
            raise ValueError(
                f"container {self.name}: {', '.join(both)} is bound both plainly and as a secret; keep one"
            )


def secret_name(container: Container, variable: str) -> str:
    """What the app calls a variable's secret; lower case and hyphens, for Azure takes no underscore here."""
    return f"{container.name}-{variable.lower().replace('_', '-')}"


def secrets_of(containers: Sequence[Container], identity_id: Input[str]) -> list[azure.app.SecretArgs]:
    """The app's references into the vault, read by its identity."""
    return [
        azure.app.SecretArgs(name=secret_name(container, variable), key_vault_url=address, identity=identity_id)
        for container in containers
        for variable, address in sorted(container.secrets.items())
    ]


def container_args(container: Container, probed: ServiceSection | None = None) -> azure.app.ContainerArgs:
    """A container that keeps running, with its probes where it answers requests."""
    return azure.app.ContainerArgs(
        name=container.name,
        image=container.image,
        command=list(container.command) or None,
        args=list(container.args) or None,
        env=_env(container),
        resources=_resources(container),
        probes=_probes(probed) if probed is not None else None,
    )


def init_container_args(container: Container) -> azure.app.InitContainerArgs:
    """A container that ends before the app's own starts."""
    return azure.app.InitContainerArgs(
        name=container.name,
        image=container.image,
        command=list(container.command) or None,
        args=list(container.args) or None,
        env=_env(container),
        resources=_resources(container),
    )


def scale_args(scale: ServiceSection) -> azure.app.ScaleArgs:
    """The replicas and the rule that adds more."""
    rule = azure.app.ScaleRuleArgs(
        name="http",
        http=azure.app.HttpScaleRuleArgs(metadata={"concurrentRequests": str(scale.concurrent_requests)}),
    )
    return azure.app.ScaleArgs(min_replicas=scale.min_replicas, max_replicas=scale.max_replicas, rules=[rule])


def revision_suffix(
    containers: Sequence[Container],
    service: ServiceSection | None = None,
    *,
    grace_period_s: int,
) -> Output[str]:
    """
    A suffix that changes whenever the template or the version of a secret does, and never otherwise.

    Azure refuses a changed template under the suffix of an existing revision, and makes no new revision of its own accord when
    only a secret's version changes.
    """
    content = {
        "containers": [_described(each) for each in containers],
        "probes": _PROBE_TIMES | service.model_dump(include=_PROBE_KEYS) if service is not None else None,
        "scale": service.model_dump(include=_SCALE_KEYS) if service is not None else None,
        "port": service.port if service is not None else None,
        "grace_period_s": grace_period_s,
        "rollout": service.rollout if service is not None else 1,
    }
    return Output.json_dumps(content, sort_keys=True).apply(suffix_of)


def suffix_of(content: str) -> str:
    """`r` and ten hex digits: with an app's name of 32 characters this stays within the 54 that a revision's name may have."""
    return f"r{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def _described(container: Container) -> Mapping[str, object]:
    return {each.name: getattr(container, each.name) for each in dataclasses.fields(container)}


def _env(container: Container) -> list[azure.app.EnvironmentVarArgs]:
    plain = [azure.app.EnvironmentVarArgs(name=name, value=value) for name, value in sorted(container.env.items())]
    secret = [
        azure.app.EnvironmentVarArgs(name=name, secret_ref=secret_name(container, name))
        for name in sorted(container.secrets)
    ]
    return [*plain, *secret]


def _resources(container: Container) -> azure.app.ContainerResourcesArgs:
    return azure.app.ContainerResourcesArgs(cpu=container.cpu, memory=f"{container.cpu * _GIB_PER_CPU:g}Gi")


def _probes(service: ServiceSection) -> list[azure.app.ContainerAppProbeArgs]:
    def probe(kind: str, path: str, *, period_s: int, failures: int) -> azure.app.ContainerAppProbeArgs:
        return azure.app.ContainerAppProbeArgs(
            type=kind,
            http_get=azure.app.ContainerAppProbeHttpGetArgs(path=path, port=service.port, scheme="HTTP"),
            period_seconds=period_s,
            failure_threshold=failures,
            timeout_seconds=_PROBE_TIMES["timeout_s"],
        )

    # Azure takes at most 10 failures, so the time to start is spread over ten tries.
    return [
        probe("Startup", service.startup_path, period_s=-(-service.startup_s // 10), failures=10),
        probe("Liveness", service.liveness_path, period_s=_PROBE_TIMES["period_s"], failures=3),
        probe("Readiness", service.readiness_path, period_s=_PROBE_TIMES["period_s"], failures=3),
    ]
