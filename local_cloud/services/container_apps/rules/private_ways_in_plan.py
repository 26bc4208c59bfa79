"""Rules over the plan on the way from an app to a vault without public access: the endpoint's network and the zone of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    secret,
    subnet,
    vault,
    zone,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import PlanRule, Together
from local_cloud.services.container_apps.rules.apps_in_plan import environment_of
from local_cloud.services.container_apps.rules.reads import endpoints_of, reads

_SUBNET: Final = "vnetConfiguration.infrastructureSubnetId"
_SOURCE: Final = "https://github.com/microsoft/azure-container-apps/issues/1287"

Found = Iterator[tuple[Planned, Planned]]


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


def _private(plan: Plan, user: Planned) -> Iterator[tuple[Planned, Planned]]:
    """The vaults without public access that an app reads, each with the app's environment."""
    around = environment_of(plan, user)
    for _, holder in reads(plan, user):
        if around is not None and plan.known(holder, "properties.publicNetworkAccess") == "disabled":
            yield holder, around


def _without_a_network(plan: Plan, user: Planned) -> Found:
    for holder, around in _private(plan, user):
        if not plan.keys(around, _SUBNET):
            yield user, holder


def _in_another_network(plan: Plan, user: Planned) -> Found:
    for holder, around in _private(plan, user):
        own = _network_of(plan, around, _SUBNET)
        others = [_network_of(plan, each, "subnet.id") for each in endpoints_of(plan, holder)]
        if own is not None and others and None not in others and own not in others and not _has_other_ways(plan):
            yield user, holder


def _by_an_unlinked_zone(plan: Plan, user: Planned) -> Found:
    for holder, around in _private(plan, user):
        own = _network_of(plan, around, _SUBNET)
        groups = [group for each in endpoints_of(plan, holder) for group in plan.children(each, tokens.ZONE_GROUP)]
        zones = [
            each
            for group in groups
            for each in plan.targets(group, "privateDnsZoneConfigs[].privateDnsZoneId", tokens.PRIVATE_ZONE)
        ]
        if own is None or not zones or _has_other_ways(plan) or not all(isinstance(each, Planned) for each in zones):
            continue
        links = list(plan.of(tokens.ZONE_LINK))
        seen = [plan.target(each, "virtualNetwork.id", tokens.NETWORK) for each in links]
        told = all(isinstance(each, Planned) for each in seen) and all(plan.place(each) is not None for each in links)
        linked = {plan.place(link) for link, where in zip(links, seen, strict=True) if where is own}
        if told and not any(plan.identity(each) in linked for each in zones if isinstance(each, Planned)):
            yield user, holder


def _each(token: str, test: Callable[[Plan, Planned], Found]) -> Callable[[Plan], Iterable[tuple[Planned, Planned]]]:
    def found(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
        for each in plan.of(token):
            yield from plan.as_far_as_known(test, each)

    return found


def _sketch(made: Any, *, apart: bool = False, linked: bool = True, placed: bool = True) -> Sketch:
    where: dict[str, Any] = {"vnetConfiguration": {"infrastructureSubnetId": Ref("apps")}} if placed else {}
    group: Sketched = (
        tokens.ZONE_GROUP,
        {
            "resourceGroupName": GROUP,
            "privateEndpointName": "pe-vault",
            "privateDnsZoneGroupName": "default",
            "privateDnsZoneConfigs": [{"name": "vault", "privateDnsZoneId": Ref("zone")}],
        },
    )
    link: Sketched = (
        tokens.ZONE_LINK,
        {
            "resourceGroupName": GROUP,
            "privateZoneName": Ref("zone", "name"),
            "virtualNetworkLinkName": "to-network",
            "virtualNetwork": {"id": Ref("network" if linked else "other")},
        },
    )
    url = {"name": "u", "keyVaultUrl": Ref("secret", None), "identity": Ref("identity")}
    return Sketch(
        network=network(),
        other=network("vnet-other", "10.20.0.0/16"),
        apps=subnet("snet-apps", "10.10.0.0/23", APPS_DELEGATION),
        near=subnet("snet-endpoints", "10.10.4.0/27"),
        far=subnet("snet-endpoints", "10.20.4.0/27", virtualNetworkName="vnet-other"),
        identity=identity(),
        vault=vault(publicNetworkAccess="Disabled"),
        secret=secret(),
        endpoint=endpoint(
            subnet={"id": Ref("far" if apart else "near")},
            privateLinkServiceConnections=connection(Ref("vault"), "vault"),
        ),
        zone=zone("privatelink.vaultcore.azure.net"),
        group=group,
        link=link,
        environment=environment(**where),
        user=made(environmentId=Ref("environment"), configuration={"secrets": [url]}, depends_on=["group"]),
    )


def _rules(token: str, noun: str, made: Any) -> tuple[PlanRule, ...]:
    def rule(id: str, test: Callable[[Plan, Planned], Found], **told: Any) -> Together:  # noqa: A002  the rule's own word
        return Together(
            id=f"container_apps.{noun}-{id}",
            of=token,
            path="configuration.secrets",
            test=_each(token, test),
            source=_SOURCE,
            passes=_sketch(made),
            **told,
        )

    return (
        rule(
            "without-a-way-to-its-vault",
            _without_a_network,
            says="an environment without a network of one's own reaches no private endpoint, so nothing in it "
            "reads a vault without public access",
            remedy="Give the environment of '{this}' vnetConfiguration.infrastructureSubnetId, or '{other}' public access",
            fails=_sketch(made, placed=False),
        ),
        rule(
            "apart-from-its-vault",
            _in_another_network,
            says="a vault without public access is read through an endpoint in the network of the environment, or in one that "
            "is peered with it",
            remedy="Put the endpoint of '{other}' into the network of the environment of '{this}'",
            fails=_sketch(made, apart=True),
        ),
        rule(
            "does-not-resolve-its-vault",
            _by_an_unlinked_zone,
            says="the network of the environment is linked with the zone that the endpoint's name is in, or it asks the public address",
            remedy="Link the zone of the endpoint of '{other}' with the network of the environment of '{this}'",
            fails=_sketch(made, linked=False),
        ),
    )


APPS_WAYS: Final = _rules(tokens.APP, "app", app)
JOBS_WAYS: Final = _rules(tokens.JOB, "job", job)
