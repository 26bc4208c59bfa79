"""Rules over the plan on apps and jobs: the environment that they run in, and what it has to offer."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    CONSUMPTION,
    SUBNET_ID,
    Sketched,
    app,
    environment,
    identity,
    job,
    workspace,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo, OneOfAKind, PlanRule, Together
from local_cloud.server.rules import items_at, objects
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.services.container_apps.rules.environments_in_plan import has_profiles
from local_cloud.services.container_apps.rules.secrets import DOCS

_PROFILES: Final = f"{DOCS}/workload-profiles-overview"
_INGRESS: Final = "configuration.ingress"
# CPUs and GiB of memory by profile type; a type that is not here is not judged.
_SIZES: Final = {
    "d4": (4, 16),
    "d8": (8, 32),
    "d16": (16, 64),
    "d32": (32, 128),
    "e4": (4, 32),
    "e8": (8, 64),
    "e16": (16, 128),
    "e32": (32, 256),
}
_WITHOUT_PROFILES: Final = (2, 4)


def environment_of(plan: Plan, one: Planned) -> Planned | None:
    """The environment that an app runs in, under the property's name of today or of before."""
    found = [*plan.targets(one, "environmentId"), *plan.targets(one, "managedEnvironmentId")]
    return next((each for each in found if isinstance(each, Planned) and each.token == tokens.ENVIRONMENT), None)


def _profile(plan: Plan, one: Planned, environment_: Planned) -> str | None:
    """The type of the workload profile that an app runs on, in lower case; None where the environment has no such profile."""
    name = plan.known(one, "workloadProfileName")
    if name is None:
        return "consumption"
    profiles = objects(plan.read(environment_), "workloadProfiles")
    found = [each for each in profiles if str(each.get("name")).casefold() == name]
    return str(found[0].get("workloadProfileType")).casefold() if found else None


def _has_its_profile(plan: Plan, one: Planned, environment_: Planned) -> bool:
    return _profile(plan, one, environment_) is not None


def _fits_its_profile(plan: Plan, one: Planned, environment_: Planned) -> bool:
    kind = _profile(plan, one, environment_)
    limit = _SIZES.get(kind or "") if has_profiles(plan, environment_) else _WITHOUT_PROFILES
    if limit is None:
        return True
    resources = items_at(plan.read(one), "template.containers[].resources")
    cpu = sum(float(each.get("cpu") or 0) for each in resources)
    memory = sum(_gibibytes(each.get("memory")) for each in resources)
    return cpu <= limit[0] and memory <= limit[1]


def _gibibytes(text: Any) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)Gi", str(text))
    return float(found.group(1)) if found else 0.0


def _is_in_a_network(plan: Plan, one: Planned, environment_: Planned) -> bool:
    open_tcp = plan.known(one, f"{_INGRESS}.transport") == "tcp" and plan.known(one, f"{_INGRESS}.external") is True
    more = True in plan.keys(one, f"{_INGRESS}.additionalPortMappings[].external")
    return not (open_tcp or more) or bool(plan.keys(environment_, "vnetConfiguration.infrastructureSubnetId"))


def _ports_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[Hashable, Planned] = {}
    for each in plan.of(tokens.APP):
        found = environment_of(plan, each)
        if not isinstance(found, Planned):
            continue
        configuration = each.inputs.get("configuration")
        ingress: Any = configuration.get("ingress") if is_object(configuration) else None
        for port in _open_ports(ingress):
            other = seen.setdefault((found.urn, port), each)
            if other is not each:
                yield each, other


def _open_ports(ingress: Any) -> Iterable[int]:
    if not is_object(ingress):
        return
    extra = ingress.get("additionalPortMappings")
    if ingress.get("transport") == "tcp" and ingress.get("external") is True:
        yield from _port(ingress)
    for each in extra if is_list(extra) else ():
        if is_object(each) and each.get("external") is True:
            yield from _port(each)


def _port(mapping: Mapping[str, Any]) -> Iterable[int]:
    port = mapping.get("exposedPort", mapping.get("targetPort"))
    if isinstance(port, int | float):
        yield int(port)


def _names_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[Hashable, Planned] = {}
    for each in plan.of(tokens.APP):
        found = environment_of(plan, each)
        name = each.inputs.get("containerAppName")
        if isinstance(found, Planned) and isinstance(name, str):
            other = seen.setdefault((found.urn, name.casefold()), each)
            if other is not each and plan.identity(other) != plan.identity(each):
                yield each, other


def _in(environment_: Sketched, *apps: Sketched) -> Sketch:
    made = {
        f"app{number}": (token, {"environmentId": Ref("environment"), **inputs})
        for number, (token, inputs) in enumerate(apps)
    }
    return Sketch(environment=environment_, **made)


def _sized(cpu: float, memory: str) -> dict[str, Any]:
    return {"containers": [{"name": "api", "image": "a/b:1", "resources": {"cpu": cpu, "memory": memory}}]}


def _tcp(port: int, name: str = "ca-tcp") -> Sketched:
    ingress = {"external": True, "transport": "tcp", "targetPort": port, "exposedPort": port}
    return app(name, configuration={"ingress": ingress})


_DEDICATED: Final = environment(
    workloadProfiles=[
        CONSUMPTION,
        {"name": "work", "workloadProfileType": "D4", "minimumCount": 1, "maximumCount": 2},
    ]
)
_INJECTED: Final = environment(vnetConfiguration={"infrastructureSubnetId": SUBNET_ID})


def _of_both(token: str, noun: str, made: Any) -> tuple[PlanRule, ...]:
    """What apps and jobs ask alike."""

    def fits(id: str, test: Any, **told: Any) -> Fits:  # noqa: A002  the rule's own word
        return Fits(
            id=f"container_apps.{noun}-{id}",
            of=token,
            along="environmentId",
            older=("managedEnvironmentId",) if token == tokens.APP else (),
            to=(tokens.ENVIRONMENT,),
            fits=test,
            **told,
        )

    return (
        fits(
            id="in-another-region",
            path="location",
            test=in_one_region,
            says=f"a {noun} is in the region of its environment",
            remedy="Give '{this}' the location of '{other}'",
            source=f"{DOCS}/environment",
            passes=_in(environment(), made()),
            fails=_in(environment(location="northeurope"), made()),
        ),
        fits(
            id="profile-missing",
            path="workloadProfileName",
            test=_has_its_profile,
            says=f"the workload profile that a {noun} runs on is one of its environment",
            remedy="Add the profile to the workloadProfiles of '{other}', or name one that is there",
            source=_PROFILES,
            passes=_in(_DEDICATED, made(workloadProfileName="work")),
            fails=_in(environment(), made(workloadProfileName="work")),
        ),
        fits(
            id="too-large-for-its-profile",
            path="template.containers",
            test=_fits_its_profile,
            says=f"the containers of a {noun} together ask for no more CPU and memory than a node of its profile has (D4: 4 CPU and 16Gi), "
            "and in an environment without profiles for 2 CPU and 4Gi at most",
            remedy="Ask for less in '{this}', or give '{other}' a larger profile",
            source=_PROFILES,
            passes=_in(_DEDICATED, made(workloadProfileName="work", template=_sized(3, "12Gi"))),
            fails=_in(_DEDICATED, made(workloadProfileName="work", template=_sized(8, "16Gi"))),
        ),
        LeadsTo(
            id=f"container_apps.{noun}-in-something-else",
            of=token,
            path="environmentId",
            to=(tokens.ENVIRONMENT,),
            says=f"a {noun} runs in an environment, by the environment's id",
            remedy="Pass the `id` of a ManagedEnvironment; this comes from '{other}'",
            source=f"{DOCS}/environment",
            passes=_in(environment(), made()),
            fails=_in(workspace(), made()),
        ),
        LeadsTo(
            id=f"container_apps.{noun}-identity-of-another-kind",
            of=token,
            path="identity.userAssignedIdentities[]",
            to=(tokens.IDENTITY,),
            says="identities are given by the id of a user-assigned identity",
            remedy="Pass the `id` of a UserAssignedIdentity; this comes from '{other}'",
            source=f"{DOCS}/managed-identity",
            passes=Sketch(identity=identity(), app=made(identity={"userAssignedIdentities": [Ref("identity")]})),
            fails=Sketch(
                identity=identity(), app=made(identity={"userAssignedIdentities": [Ref("identity", "client_id")]})
            ),
        ),
    )


def _dapr_id(plan: Plan, one: Planned) -> Hashable | None:
    environment_ = environment_of(plan, one)
    enabled, name = plan.known(one, "configuration.dapr.enabled"), plan.key(one, "configuration.dapr.appId")
    return (environment_.urn, name) if environment_ is not None and enabled is True and name is not None else None


def _dapr(name: str, app_id: str) -> Sketched:
    return app(name, configuration={"dapr": {"enabled": True, "appId": app_id}})


JOBS_IN_ENVIRONMENT: Final = _of_both(tokens.JOB, "job", job)

APPS_IN_ENVIRONMENT: Final = (
    *_of_both(tokens.APP, "app", app),
    Fits(
        id="container_apps.tcp-without-a-network",
        of=tokens.APP,
        path=f"{_INGRESS}.transport",
        along="environmentId",
        older=("managedEnvironmentId",),
        to=(tokens.ENVIRONMENT,),
        fits=_is_in_a_network,
        says="only an environment in a network of one's own takes TCP and additional ports from outside",
        remedy="Give '{other}' vnetConfiguration.infrastructureSubnetId, or '{this}' external=False",
        source=f"{DOCS}/ingress-overview#tcp",
        passes=_in(_INJECTED, _tcp(5000)),
        fails=_in(environment(), _tcp(5000)),
    ),
    Together(
        id="container_apps.port-exposed-twice",
        of=tokens.APP,
        path=f"{_INGRESS}.exposedPort",
        test=_ports_twice,
        says="a port is exposed once in an environment",
        remedy="Expose another port for '{this}' than for '{other}'",
        source=f"{DOCS}/ingress-how-to",
        passes=_in(_INJECTED, _tcp(5000), _tcp(5001, "ca-other")),
        fails=_in(_INJECTED, _tcp(5000), _tcp(5000, "ca-other")),
    ),
    Together(
        id="container_apps.app-name-twice-in-an-environment",
        of=tokens.APP,
        path="containerAppName",
        test=_names_twice,
        says="an app's host is made of its name, so the name is used once in an environment, whatever the resource group",
        remedy="Give '{this}' another name than '{other}' has",
        source=f"{DOCS}/connect-apps",
        passes=_in(environment(), app("ca-one"), app("ca-two", resourceGroupName="rg-other")),
        fails=_in(environment(), app("ca-one"), app("ca-one", resourceGroupName="rg-other")),
    ),
    OneOfAKind(
        id="container_apps.dapr-id-twice",
        of=tokens.APP,
        path="configuration.dapr.appId",
        key=_dapr_id,
        says="a Dapr app id is used once in an environment",
        remedy="Give '{this}' another appId than '{other}' has",
        source=f"{DOCS}/dapr-overview",
        passes=_in(environment(), _dapr("ca-one", "orders"), _dapr("ca-two", "stock")),
        fails=_in(environment(), _dapr("ca-one", "orders"), _dapr("ca-two", "orders")),
    ),
)
