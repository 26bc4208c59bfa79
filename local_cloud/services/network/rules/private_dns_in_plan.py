"""Rules over the plan on private DNS: which networks see which zones."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    GROUP,
    Sketched,
    connection,
    endpoint,
    network,
    subnet,
    vault,
    zone,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo, OneOfAKind
from local_cloud.services.network.rules.endpoints_in_plan import service_of

_LINKS: Final = "https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links"
_DNS: Final = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
_VAULTS: Final = "privatelink.vaultcore.azure.net"


_ZONES: Final = {
    tokens.ENVIRONMENT: ("privatelink.", ".azurecontainerapps."),
    tokens.REGISTRY: ("privatelink.azurecr.", ""),
    tokens.SERVER: ("privatelink.postgres.database.", ""),
    tokens.VAULT: ("privatelink.vaultcore.", ""),
}
"""How the name of a service's zone begins and what it holds: the clouds of other countries have other ends."""


def _zone_fits(plan: Plan, zones: Planned, other: Planned) -> bool:
    above = plan.parent(zones, tokens.ENDPOINT)
    service = service_of(plan, above) if above is not None else None
    begin, held = _ZONES.get(service.token, ("", "")) if service is not None else ("", "")
    name = str(plan.known(other, "privateZoneName"))
    place = region(plan, service) if service is not None and service.token == tokens.ENVIRONMENT else None
    return name.startswith(f"{begin}{place or ''}") and held in name


def _zones(name: str, **others: Sketched) -> Sketch:
    return Sketch(
        service=vault(),
        zone=zone(name),
        endpoint=endpoint(privateLinkServiceConnections=connection(Ref("service"), "vault")),
        zones=_zone_group("default"),
        **others,
    )


def _zone_group(name: str, endpoint_: Any = "pe-vault") -> Sketched:
    return tokens.ZONE_GROUP, {
        "resourceGroupName": "rg-ignition-dev",
        "privateEndpointName": endpoint_,
        "privateDnsZoneGroupName": name,
        "privateDnsZoneConfigs": [{"name": "vault", "privateDnsZoneId": Ref("zone")}],
    }


def _link(name: str = "to-network", zone_name: str = _VAULTS, network_: Any = None, **inputs: Any) -> Sketched:
    return tokens.ZONE_LINK, {
        "resourceGroupName": GROUP,
        "privateZoneName": zone_name,
        "virtualNetworkLinkName": name,
        "virtualNetwork": {"id": network_ or Ref("network")},
        **inputs,
    }


def _zone_and_network(plan: Plan, link: Planned) -> Hashable | None:
    return plan.place(link), plan.key(link, "virtualNetwork.id")


def _zone_name_and_network(plan: Plan, link: Planned) -> Hashable | None:
    return plan.known(link, "privateZoneName"), plan.key(link, "virtualNetwork.id")


def _registering_network(plan: Plan, link: Planned) -> Hashable | None:
    return plan.key(link, "virtualNetwork.id") if plan.known(link, "registrationEnabled") is True else None


LINKS_IN_PLAN: Final = (
    OneOfAKind(
        id="network.zone-linked-twice",
        of=tokens.ZONE_LINK,
        path="virtualNetwork.id",
        key=_zone_and_network,
        says="a network is linked once with a zone",
        remedy="Leave out '{this}' or '{other}'",
        source=_LINKS,
        passes=Sketch(
            network=network(), other=network("vnet-other"), one=_link(), two=_link("two", network_=Ref("other"))
        ),
        fails=Sketch(network=network(), one=_link(), two=_link("two")),
    ),
    OneOfAKind(
        id="network.two-zones-of-one-name",
        of=tokens.ZONE_LINK,
        path="privateZoneName",
        key=_zone_name_and_network,
        says="a network is linked with one zone of a name, also where there are several in different resource groups",
        remedy="Link the network with one of the zones of '{this}' and '{other}'",
        source=f"{_LINKS}#other-considerations",
        passes=Sketch(network=network(), one=_link(), two=_link(zone_name="privatelink.azurecr.io")),
        fails=Sketch(network=network(), one=_link(), two=_link(resourceGroupName="rg-other")),
    ),
    OneOfAKind(
        id="network.second-zone-with-registration",
        of=tokens.ZONE_LINK,
        path="registrationEnabled",
        key=_registering_network,
        says="machines of a network register themselves in one zone",
        remedy="Set registrationEnabled=False on '{this}' or on '{other}'",
        source=f"{_LINKS}#registration-virtual-network",
        passes=Sketch(
            network=network(),
            one=_link(zone_name="a.internal.net", registrationEnabled=True),
            two=_link(zone_name="b.internal.net", registrationEnabled=False),
        ),
        fails=Sketch(
            network=network(),
            one=_link(zone_name="a.internal.net", registrationEnabled=True),
            two=_link(zone_name="b.internal.net", registrationEnabled=True),
        ),
    ),
    LeadsTo(
        id="network.zone-linked-with-something-else",
        of=tokens.ZONE_LINK,
        path="virtualNetwork.id",
        to=(tokens.NETWORK,),
        says="a zone is linked with the id of a virtual network",
        remedy="Pass the `id` of the VirtualNetwork, not of '{other}'",
        source=_LINKS,
        passes=Sketch(network=network(), zone=zone(_VAULTS), link=_link()),
        fails=Sketch(network=subnet("snet-a", "10.10.0.0/24"), link=_link()),
    ),
)

ZONE_GROUPS_IN_PLAN: Final = (
    OneOfAKind(
        id="network.second-zone-group",
        of=tokens.ZONE_GROUP,
        path="privateEndpointName",
        key=Plan.place,
        says="a private endpoint has one zone group",
        remedy="List the zones of '{this}' in '{other}'",
        source=f"{_DNS}-integration",
        passes=Sketch(one=_zone_group("default", "pe-1"), two=_zone_group("default", "pe-2"), zone=zone("a.b")),
        fails=Sketch(one=_zone_group("default"), two=_zone_group("second"), zone=zone("a.b")),
    ),
    Fits(
        id="network.zone-of-another-service",
        of=tokens.ZONE_GROUP,
        path="privateDnsZoneConfigs",
        along="privateDnsZoneConfigs[].privateDnsZoneId",
        to=(tokens.PRIVATE_ZONE,),
        fits=_zone_fits,
        says="the zone of an endpoint's names is that of the service it leads to: privatelink.vaultcore.azure.net for a vault, "
        "privatelink.azurecr.io for a registry, privatelink.postgres.database.azure.com for a server",
        remedy="Name the zone of the service here, not '{other}'",
        source=_DNS,
        passes=_zones("privatelink.vaultcore.azure.net"),
        fails=_zones("privatelink.azurecr.io"),
    ),
    LeadsTo(
        id="network.zone-group-of-something-else",
        of=tokens.ZONE_GROUP,
        path="privateDnsZoneConfigs[].privateDnsZoneId",
        to=(tokens.PRIVATE_ZONE,),
        says="a zone group names private DNS zones by their ids",
        remedy="Pass the `id` of a PrivateZone, not '{other}'",
        source=_DNS,
        passes=_zones("privatelink.vaultcore.azure.net"),
        fails=Sketch(zone=network(), zones=_zone_group("default")),
    ),
)
