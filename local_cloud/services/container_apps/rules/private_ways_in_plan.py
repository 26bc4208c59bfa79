"""Rules over the plan on the way from an app to what has no public access: the endpoint's network and the zone of its name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    APPS_DELEGATION,
    GROUP,
    Sketched,
    app,
    connection,
    endpoint,
    environment,
    identity,
    job,
    network,
    registry,
    secret,
    subnet,
    vault,
    zone,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import PlanRule, Together
from local_cloud.server.plan.symbols import Elsewhere
from local_cloud.services.container_apps.rules.apps_in_plan import environment_of
from local_cloud.services.container_apps.rules.reads import endpoints_of, pulls, reads

_SUBNET: Final = "vnetConfiguration.infrastructureSubnetId"

Found = Iterator[tuple[Planned, Planned]]
Uses = Callable[[Plan, Planned], Iterator[tuple[Planned, Planned]]]
"""What a resource reads at its creation: the identity and the vault or registry."""


def _network_of(plan: Plan, resource: Planned, path: str) -> Planned | None:
    found = plan.target(resource, path, tokens.SUBNET)
    return plan.parent(found, tokens.NETWORK) if isinstance(found, Planned) else None


def _has_other_ways(plan: Plan) -> bool:
    """Whether networks of the plan may reach each other, or resolve names by servers of their own."""
    peered = any(each.token.endswith("Peering") for each in plan.resources)
    return peered or any(
        plan.read(each).get("virtualNetworkPeerings") or plan.read(each).get("dhcpOptions")
        for each in plan.of(tokens.NETWORK)
    )


def _private(uses: Uses, plan: Plan, user: Planned) -> Iterator[tuple[Planned, Planned]]:
    """What an app reads at its creation and that has no public access, each with the app's environment."""
    around = environment_of(plan, user)
    for _, holder in dict.fromkeys(uses(plan, user)):
        closed = "publicNetworkAccess" if holder.token == tokens.REGISTRY else "properties.publicNetworkAccess"
        if around is not None and plan.known(holder, closed) == "disabled":
            yield holder, around


def _zones_of(plan: Plan, holder: Planned) -> list[Planned | Elsewhere]:
    groups = [group for each in endpoints_of(plan, holder) for group in plan.children(each, tokens.ZONE_GROUP)]
    return [
        each
        for group in groups
        for each in plan.targets(group, "privateDnsZoneConfigs[].privateDnsZoneId", tokens.PRIVATE_ZONE)
    ]


def _without_a_network(uses: Uses, plan: Plan, user: Planned) -> Found:
    for holder, around in _private(uses, plan, user):
        if not plan.keys(around, _SUBNET):
            yield user, holder


def _in_another_network(uses: Uses, plan: Plan, user: Planned) -> Found:
    for holder, around in _private(uses, plan, user):
        own = _network_of(plan, around, _SUBNET)
        others = [_network_of(plan, each, "subnet.id") for each in endpoints_of(plan, holder)]
        if own is not None and others and None not in others and own not in others and not _has_other_ways(plan):
            yield user, holder


def _by_an_unlinked_zone(uses: Uses, plan: Plan, user: Planned) -> Found:
    for holder, around in _private(uses, plan, user):
        own, zones = _network_of(plan, around, _SUBNET), _zones_of(plan, holder)
        if own is None or not zones or _has_other_ways(plan) or not all(isinstance(each, Planned) for each in zones):
            continue
        links = list(plan.of(tokens.ZONE_LINK))
        seen = [plan.target(each, "virtualNetwork.id", tokens.NETWORK) for each in links]
        told = all(isinstance(each, Planned) for each in seen) and all(plan.place(each) is not None for each in links)
        linked = {plan.place(link) for link, where in zip(links, seen, strict=True) if where is own}
        if told and not any(plan.identity(each) in linked for each in zones if isinstance(each, Planned)):
            yield user, holder


def _way(uses: Uses, plan: Plan, user: Planned) -> Iterator[Planned]:
    """The zone groups of the endpoints; the links of the zones take less time than an environment does."""
    for holder, _ in _private(uses, plan, user):
        for each in endpoints_of(plan, holder):
            yield from plan.children(each, tokens.ZONE_GROUP)


def _sketch(made: Any, kind: _Kind, *after: str, **without: bool) -> Sketch:
    """A reader and all that is between it and what it reads; keyword arguments set to True take something away."""
    placed: dict[str, Any] = (
        {} if without.get("network") else {"vnetConfiguration": {"infrastructureSubnetId": Ref("apps")}}
    )
    group = {
        "resourceGroupName": GROUP,
        "privateEndpointName": "pe-vault",
        "privateDnsZoneGroupName": "default",
        "privateDnsZoneConfigs": [{"name": "one", "privateDnsZoneId": Ref("zone")}],
    }
    link = {
        "resourceGroupName": GROUP,
        "privateZoneName": Ref("zone", "name"),
        "virtualNetworkLinkName": "to-network",
        "virtualNetwork": {"id": Ref("other" if without.get("link") else "network")},
    }
    return Sketch(
        network=network(),
        other=network("vnet-other", "10.20.0.0/16"),
        apps=subnet("snet-apps", "10.10.0.0/23", APPS_DELEGATION),
        near=subnet("snet-endpoints", "10.10.4.0/27"),
        far=subnet("snet-endpoints", "10.20.4.0/27", virtualNetworkName="vnet-other"),
        identity=identity(),
        source=kind.source,
        secret=secret(),
        endpoint=endpoint(
            subnet={"id": Ref("far" if without.get("endpoint") else "near")},
            privateLinkServiceConnections=connection(Ref("source"), kind.part),
        ),
        zone=zone(kind.zone),
        group=(tokens.ZONE_GROUP, group),
        link=(tokens.ZONE_LINK, link),
        environment=environment(**placed),
        user=made(environmentId=Ref("environment"), depends_on=[*after], **kind.user),
    )


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """
    What is read.

    Attributes:
        noun: `vault`.
        path: the property that names it.
        uses: who reads which one.
        source, user: a sketched one without public access, and what makes a sketched app read it.
        part, zone: the part that its endpoint leads to, and the zone of that one's name.
        page: where all this is documented.
    """

    noun: str
    path: str
    uses: Uses
    source: Sketched
    user: Mapping[str, Any]
    part: str
    zone: str
    page: str


_VAULT: Final = _Kind(
    noun="vault",
    path="configuration.secrets",
    uses=reads,
    source=vault(publicNetworkAccess="Disabled"),
    user={
        "configuration": {"secrets": [{"name": "u", "keyVaultUrl": Ref("secret", None), "identity": Ref("identity")}]}
    },
    part="vault",
    zone="privatelink.vaultcore.azure.net",
    page="https://github.com/microsoft/azure-container-apps/issues/1287",
)
_REGISTRY: Final = _Kind(
    noun="registry",
    path="configuration.registries",
    uses=pulls,
    source=registry(publicNetworkAccess="Disabled"),
    user={
        "configuration": {"registries": [{"server": Ref("source", "login_server"), "identity": Ref("identity")}]},
        "template": {"containers": [{"name": "api", "image": "crignitiondev.azurecr.io/api:1"}]},
    },
    part="registry",
    zone="privatelink.azurecr.io",
    page="https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
)


def _rules(token: str, noun: str, made: Any, kind: _Kind) -> tuple[PlanRule, ...]:
    def rule(name: str, test: Callable[[Uses, Plan, Planned], Found], **told: Any) -> Together:
        one = functools.partial(test, kind.uses)

        def found(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
            for each in plan.of(token):
                yield from plan.as_far_as_known(one, each)

        return Together(
            id=f"container_apps.{noun}-{name}-its-{kind.noun}",
            of=token,
            path=kind.path,
            test=found,
            source=kind.page,
            unseen="a firewall, a server of names or a peering of another program stands on the way",
            passes=_sketch(made, kind, "group", "link"),
            **told,
        )

    return (
        rule(
            "without-a-way-to",
            _without_a_network,
            says="an environment without a network of one's own reaches no private endpoint, so nothing in it "
            f"reads a {kind.noun} without public access",
            remedy="Give the environment of '{this}' vnetConfiguration.infrastructureSubnetId, or '{other}' public access",
            fails=_sketch(made, kind, "group", "link", network=True),
        ),
        rule(
            "apart-from",
            _in_another_network,
            says=f"a {kind.noun} without public access is read through an endpoint in the network of the environment, or in one that "
            "is peered with it",
            remedy="Put the endpoint of '{other}' into the network of the environment of '{this}'",
            fails=_sketch(made, kind, "group", "link", endpoint=True),
        ),
        rule(
            "does-not-resolve",
            _by_an_unlinked_zone,
            says="the network of the environment is linked with the zone that the endpoint's name is in, or it asks the public address",
            remedy="Link the zone of the endpoint of '{other}' with the network of the environment of '{this}'",
            fails=_sketch(made, kind, "group", "link", link=True),
        ),
        After(
            id=f"container_apps.{noun}-before-the-way-to-its-{kind.noun}",
            of=token,
            path=kind.path,
            needs=functools.partial(_way, kind.uses),
            says=f"a {kind.noun} without public access is found only when the zone group of its endpoint is there",
            remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
            source=kind.page,
            passes=_sketch(made, kind, "group", "link"),
            fails=_sketch(made, kind),
        ),
    )


APPS_WAYS: Final = (*_rules(tokens.APP, "app", app, _VAULT), *_rules(tokens.APP, "app", app, _REGISTRY))
JOBS_WAYS: Final = (*_rules(tokens.JOB, "job", job, _VAULT), *_rules(tokens.JOB, "job", job, _REGISTRY))
