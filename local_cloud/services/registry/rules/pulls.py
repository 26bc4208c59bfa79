"""What an app that pulls from a registry of the plan needs of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Together
from local_cloud.server.rules import items_at
from local_cloud.server.values.unknowns import NotKnownYet

REGISTRY: Final = "azure-native:containerregistry:Registry"
APP: Final = "azure-native:app:ContainerApp"
JOB: Final = "azure-native:app:Job"
_IMAGES: Final = ("template.containers[].image", "template.initContainers[].image")


def _pulled(plan: Plan, registry: Planned) -> Iterator[tuple[Planned, str]]:
    """Every image of the registry that an app or job runs."""
    server = f"{plan.key(registry, 'registryName')}.azurecr.io/"
    for resource in plan.of(APP, JOB):
        inputs = plan.read(resource)
        for path in _IMAGES:
            try:
                yield from ((resource, each) for each in items_at(inputs, path) if str(each).startswith(server))
            except NotKnownYet:
                continue


def _expiring(plan: Plan) -> Iterator[tuple[Planned, Planned]]:
    for registry in plan.of(REGISTRY):
        try:
            if plan.key(registry, "policies.retentionPolicy.status") == "enabled":
                pinned = (resource for resource, image in _pulled(plan, registry) if "@sha256:" in image)
                yield from ((registry, each) for each in dict.fromkeys(pinned))
        except NotKnownYet:
            continue


def _without_credentials(plan: Plan) -> Iterator[tuple[Planned, Planned]]:
    for registry in plan.of(REGISTRY):
        try:
            if plan.key(registry, "anonymousPullEnabled") is True:
                continue
            for resource in dict.fromkeys(each for each, _ in _pulled(plan, registry)):
                if not items_at(plan.read(resource), "configuration.registries[].server"):
                    yield resource, registry
        except NotKnownYet:
            continue


def _registry(**inputs: Any) -> tuple[str, Mapping[str, Any]]:
    return REGISTRY, {"resourceGroupName": "rg", "registryName": "crexample", "sku": {"name": "Premium"}, **inputs}


def _app(**configuration: Any) -> tuple[str, Mapping[str, Any]]:
    image = f"crexample.azurecr.io/api@sha256:{'0' * 64}"
    template = {"containers": [{"name": "api", "image": image}]}
    return APP, {"containerAppName": "api", "template": template, "configuration": configuration}


PINNED_IMAGES_STAY: Final = Together(
    id="registry.pinned-images-expire",
    of=REGISTRY,
    path="policies.retentionPolicy.status",
    warning=True,
    says="a retention policy deletes untagged manifests, and an app that pins a digest cannot start another replica once its tag has "
    "moved on",
    remedy="Leave the retention policy of '{this}' out",
    source="https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy",
    passes=Sketch(registry=_registry(), app=_app()),
    fails=Sketch(registry=_registry(policies={"retentionPolicy": {"status": "enabled", "days": 30}}), app=_app()),
    test=_expiring,
)

PULLS_WITH_CREDENTIALS: Final = Together(
    id="registry.pull-without-credentials",
    of=REGISTRY,
    also=(APP, JOB),
    path="configuration.registries",
    says="a registry without anonymous access refuses an app or job that names no identity for it",
    remedy="Add the login server of '{other}' with an identity to `registries` of '{this}'",
    source="https://learn.microsoft.com/azure/container-apps/managed-identity-image-pull",
    passes=Sketch(
        registry=_registry(), app=_app(registries=[{"server": Ref("registry", "login_server"), "identity": "/id"}])
    ),
    fails=Sketch(registry=_registry(), app=_app()),
    test=_without_credentials,
)
