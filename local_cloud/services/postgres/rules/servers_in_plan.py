"""Rules over the plan on flexible servers: the subnet and zone that they stand in, copies of other servers, passwords and keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.names_in_plan import global_name
from local_cloud.packages.azure_native.sketches import (
    APPS_DELEGATION,
    GROUP,
    SERVERS_DELEGATION,
    Sketched,
    identity,
    network,
    server,
    subnet,
    zone,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import network_of
from local_cloud.server.plan.rules import AtMost, Fits, LeadsTo, Together
from local_cloud.server.plan.symbols import Elsewhere, Key
from local_cloud.services.network.rules.addresses_in_plan import ranges_of
from local_cloud.services.network.rules.endpoints_in_plan import delegations

_DOCS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server"
_PRIVATE: Final = f"{_DOCS}/concepts-networking-private"
_REPLICAS: Final = f"{_DOCS}/concepts-read-replicas"
_KEYS: Final = f"{_DOCS}/concepts-data-encryption"
_SUBNET: Final = "network.delegatedSubnetResourceId"
_ZONE: Final = "network.privateDnsZoneArmResourceId"
_SOURCE: Final = "sourceServerResourceId"
_SMALLEST: Final = 28
_KEPT_ADDRESSES: Final = 5
_SUFFIX: Final = ".postgres.database.azure.com"
_RANDOM: Final = ("random:index/randomPassword:RandomPassword", "random:index/randomString:RandomString")


def _is_delegated(plan: Plan, _one: Planned, subnet_: Planned) -> bool:
    return delegations(plan, subnet_) == {SERVERS_DELEGATION.lower()}


def _is_large_enough(plan: Plan, _one: Planned, subnet_: Planned) -> bool:
    return all((found := network_of(each)) is None or found.prefixlen <= _SMALLEST for each in ranges_of(plan, subnet_))


def _room(plan: Plan, one: Planned) -> float | None:
    subnet_ = plan.target(one, _SUBNET, tokens.SUBNET)
    if not isinstance(subnet_, Planned):
        return None
    ranges = [each for text in ranges_of(plan, subnet_) if (each := network_of(text)) is not None]
    return sum(each.num_addresses - _KEPT_ADDRESSES for each in ranges) if ranges else None


def _addresses(plan: Plan, one: Planned) -> float:
    return 4 if plan.known(one, "highAvailability.mode") in {"zoneredundant", "sameZone".lower()} else 1


def _zone_is_named_for_servers(plan: Plan, one: Planned, zone_: Planned) -> bool:
    name = str(plan.known(zone_, "privateZoneName"))
    return name.endswith(_SUFFIX) and name != f"{plan.key(one, 'serverName')}{_SUFFIX}"


def _links(plan: Plan, one: Planned) -> list[Planned]:
    """The links of a server's zone with its network, in the plan; the zone and the network may have been there before."""
    zone_, network_ = _short(plan, one, _ZONE), _network_id(plan, one)
    if None in (zone_, network_):
        return []
    links = [each for each in plan.of(tokens.ZONE_LINK) if plan.place(each) == zone_]
    return [each for each in links if _short(plan, each, "virtualNetwork.id") == network_]


def _network_id(plan: Plan, one: Planned) -> Key:
    """The network that a server's subnet is in, by its id without a subscription."""
    subnet_ = plan.target(one, _SUBNET, tokens.SUBNET)
    if isinstance(subnet_, Planned):
        return plan.place(subnet_)
    text = _short(plan, one, _SUBNET)
    above, _, _ = text.rpartition("/subnets/") if isinstance(text, str) else ("", "", "")
    return above or None


def _short(plan: Plan, one: Planned, path: str) -> Key:
    value = plan.as_known(one, path)
    return plan.own_id(value) if isinstance(value, str) else value


def _zone_and_network(plan: Plan, one: Planned) -> tuple[Planned | None, Planned | None]:
    zone_, subnet_ = plan.target(one, _ZONE, tokens.PRIVATE_ZONE), plan.target(one, _SUBNET, tokens.SUBNET)
    network_ = plan.parent(subnet_, tokens.NETWORK) if isinstance(subnet_, Planned) else None
    return zone_ if isinstance(zone_, Planned) else None, network_


def _unlinked(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        zone_, network_ = _zone_and_network(plan, each)
        if zone_ is None or network_ is None or _links(plan, each):
            continue
        links = list(plan.of(tokens.ZONE_LINK))
        told = all(plan.identity(link) is not None for link in links) and not any(
            plan.target(link, "virtualNetwork.id") is Elsewhere.UNKNOWN
            for link in plan.children(zone_, tokens.ZONE_LINK)
        )
        if told:
            yield each, zone_


def _too_weak(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        drawn = plan.origin_at(each, "administratorLoginPassword", *_RANDOM)
        if drawn is not None and not _may_be_a_password(drawn):
            yield each, drawn


def _may_be_a_password(drawn: Planned) -> bool:
    length = drawn.inputs.get("length")
    kinds = [drawn.inputs.get(name, True) is not False for name in ("lower", "upper", "numeric", "special")]
    return (not isinstance(length, int | float) or 8 <= length <= 128) and sum(kinds) >= 3


def _injected(name: str = "psql-ignition-dev", **inputs: Any) -> Sketched:
    given = {"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")}
    return server(name, **{"network": given, **inputs})


def _in(
    prefix: str = "10.10.2.0/27", delegated: str | None = SERVERS_DELEGATION, *servers: Sketched, **others: Any
) -> Sketch:
    made = {f"server{number}": each for number, each in enumerate(servers or (_injected(),))}
    return Sketch(
        network=others.pop("network", network()),
        data=subnet("snet-data", prefix, delegated),
        zone=zone(others.pop("zone", "ignition.private.postgres.database.azure.com")),
        **others,
        **made,
    )


def _link() -> Sketched:
    return tokens.ZONE_LINK, {
        "resourceGroupName": GROUP,
        "privateZoneName": Ref("zone", "name"),
        "virtualNetworkLinkName": "to-network",
        "virtualNetwork": {"id": Ref("network")},
    }


def _of_subnet(id: str, fits: Any, *, source: str = _PRIVATE, **told: Any) -> Fits:  # noqa: A002  the rule's own word
    return Fits(
        id=f"postgres.server-{id}",
        of=tokens.SERVER,
        path=_SUBNET,
        along=_SUBNET,
        to=(tokens.SUBNET,),
        fits=fits,
        source=source,
        **told,
    )


SERVERS_IN_PLAN: Final = (
    global_name(tokens.SERVER, "serverName"),
    _of_subnet(
        "subnet-delegation",
        _is_delegated,
        says="a flexible server stands in a subnet that is delegated to Microsoft.DBforPostgreSQL/flexibleServers",
        remedy="Delegate '{other}' to Microsoft.DBforPostgreSQL/flexibleServers alone",
        passes=_in(),
        fails=_in("10.10.2.0/27", APPS_DELEGATION),
    ),
    _of_subnet(
        "subnet-too-small",
        _is_large_enough,
        says=f"the subnet of flexible servers is /{_SMALLEST} or larger",
        remedy="Give '{other}' a shorter prefix",
        passes=_in("10.10.2.0/28"),
        fails=_in("10.10.2.0/29"),
    ),
    _of_subnet(
        "in-another-region",
        in_one_region,
        says="a flexible server is in the region of its network",
        remedy="Give '{this}' the location of the network of '{other}'",
        passes=_in(),
        fails=_in(network=network(location="northeurope")),
    ),
    AtMost(
        id="postgres.subnet-too-small-for-its-servers",
        of=tokens.SERVER,
        path=_SUBNET,
        scope=lambda plan, each: plan.key(each, _SUBNET),
        limit=_room,
        amount=_addresses,
        says=f"a server takes an address, one with a standby four, and Azure keeps {_KEPT_ADDRESSES} of every subnet",
        remedy="Give the subnet of '{this}' and '{other}' a shorter prefix",
        source=_PRIVATE,
        passes=_in("10.10.2.0/28", SERVERS_DELEGATION, *(_injected(f"psql-{number}") for number in range(3))),
        fails=_in(
            "10.10.2.0/28",
            SERVERS_DELEGATION,
            *(_injected(f"psql-{number}", highAvailability={"mode": "SameZone"}) for number in range(3)),
        ),
    ),
    Fits(
        id="postgres.zone-of-another-name",
        of=tokens.SERVER,
        path=_ZONE,
        along=_ZONE,
        to=(tokens.PRIVATE_ZONE,),
        fits=_zone_is_named_for_servers,
        says=f"a server's private zone ends with {_SUFFIX}, and does not bear the server's own name before that",
        remedy=f"Name '{{other}}' NAME.private{_SUFFIX}",
        source=_PRIVATE,
        passes=_in(),
        fails=_in(zone="ignition.internal.net"),
    ),
    Together(
        id="postgres.zone-not-linked",
        of=tokens.SERVER,
        path=_ZONE,
        test=_unlinked,
        says="a server's private zone is linked with the network that the server stands in",
        remedy="Link '{other}' with the network by a privatedns.VirtualNetworkLink, and make '{this}' depend on the link",
        source=_PRIVATE,
        passes=_in("10.10.2.0/27", SERVERS_DELEGATION, _injected(depends_on=["link"]), link=_link()),
        fails=_in(),
    ),
    After(
        id="postgres.server-before-its-zone-is-linked",
        of=tokens.SERVER,
        path=_ZONE,
        needs=_links,
        says="a server's private zone is linked with its network before the server is made",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_PRIVATE,
        passes=_in("10.10.2.0/27", SERVERS_DELEGATION, _injected(depends_on=["link"]), link=_link()),
        fails=_in(link=_link()),
    ),
    LeadsTo(
        id="postgres.server-in-something-else",
        of=tokens.SERVER,
        path=_SUBNET,
        to=(tokens.SUBNET,),
        says="a server stands in a subnet, by the subnet's id",
        remedy="Pass the `id` of a Subnet, not of '{other}'",
        source=_PRIVATE,
        passes=_in(),
        fails=Sketch(data=network(), zone=zone("a.postgres.database.azure.com"), server=_injected()),
    ),
    LeadsTo(
        id="postgres.zone-of-another-kind",
        of=tokens.SERVER,
        path=_ZONE,
        to=(tokens.PRIVATE_ZONE,),
        says="a server's zone is given by the id of a private DNS zone",
        remedy="Pass the `id` of a PrivateZone, not '{other}'",
        source=_PRIVATE,
        passes=_in(),
        fails=Sketch(data=subnet("snet-data", "10.10.2.0/27", SERVERS_DELEGATION), zone=network(), server=_injected()),
    ),
    Together(
        id="postgres.password-too-weak",
        of=tokens.SERVER,
        path="administratorLoginPassword",
        test=_too_weak,
        says="a password has 8 to 128 characters of three kinds out of lower case, upper case, digits and others",
        remedy="Let '{other}' draw 8 characters or more of three kinds",
        source="https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update",
        passes=Sketch(
            drawn=(_RANDOM[0], {"length": 40, "special": False}),
            server=server(administratorLoginPassword=Ref("drawn", "result")),
        ),
        fails=Sketch(
            drawn=(_RANDOM[0], {"length": 40, "special": False, "upper": False}),
            server=server(administratorLoginPassword=Ref("drawn", "result")),
        ),
    ),
    LeadsTo(
        id="postgres.identity-of-another-kind",
        of=tokens.SERVER,
        path="identity.userAssignedIdentities[]",
        to=(tokens.IDENTITY,),
        says="identities are given by the id of a user-assigned identity",
        remedy="Pass the `id` of a UserAssignedIdentity; this comes from '{other}'",
        source=f"{_DOCS}/concepts-data-encryption",
        passes=Sketch(reader=identity(), server=server(identity={"userAssignedIdentities": [Ref("reader")]})),
        fails=Sketch(
            reader=identity(), server=server(identity={"userAssignedIdentities": [Ref("reader", "client_id")]})
        ),
    ),
)
