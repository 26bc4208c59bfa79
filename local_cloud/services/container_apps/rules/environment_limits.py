"""The limits of an environment's own properties: its ingress, and the ranges that the platform keeps."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Rule, part

_API: Final = "https://learn.microsoft.com/azure/templates/microsoft.app/managedenvironments"


def _within(name: str, least: int, most: int | None = None) -> Any:
    def test(inputs: Inputs) -> bool:
        value = part(inputs, "ingressConfiguration").get(name)
        return value is None or (least <= value and (most is None or value <= most))

    return test


def _replicas_fit(inputs: Inputs) -> bool:
    scale = part(part(inputs, "ingressConfiguration"), "scale")
    least, most = scale.get("minReplicas"), scale.get("maxReplicas")
    return (least is None or least >= 2) and (least is None or most is None or most >= least)


def _server_of_names_is_in_its_range(inputs: Inputs) -> bool:
    network = part(inputs, "vnetConfiguration")
    kept, server = network.get("platformReservedCidr"), network.get("platformReservedDnsIP")
    if kept is None or server is None:
        return True
    try:
        range_, address = ipaddress.ip_network(kept, strict=False), ipaddress.ip_address(server)
    except ValueError:
        return False
    return address in range_ and address != range_.network_address


def _ranges_keep_apart(inputs: Inputs) -> bool:
    network = part(inputs, "vnetConfiguration")
    given = [network[name] for name in ("platformReservedCidr", "dockerBridgeCidr") if network.get(name) is not None]
    try:
        ranges = [ipaddress.ip_network(each, strict=False) for each in given]
    except ValueError:
        return False
    return len(ranges) < 2 or not ranges[0].overlaps(ranges[1])


ENVIRONMENT_LIMITS: Final[tuple[Rule, ...]] = (
    *(
        Combination(
            path=f"ingressConfiguration.{name}",
            test=_within(name, least, most),
            says=says,
            source=_API,
            passes={"ingressConfiguration": {name: least}},
            fails={"ingressConfiguration": {name: least - 1}},
        )
        for name, least, most, says in (
            ("headerCountLimit", 1, None, "an ingress takes one header at least"),
            ("requestIdleTimeout", 1, None, "requests are idle for one minute at least before they end"),
            ("terminationGracePeriodSeconds", 0, 3600, "connections get 0 to 3600 seconds to end"),
        )
    ),
    Combination(
        path="ingressConfiguration.scale",
        test=_replicas_fit,
        says="an ingress has two replicas at least, and maxReplicas is not below minReplicas",
        source=_API,
        passes={"ingressConfiguration": {"scale": {"minReplicas": 2, "maxReplicas": 10}}},
        fails={"ingressConfiguration": {"scale": {"minReplicas": 4, "maxReplicas": 3}}},
    ),
    Combination(
        path="vnetConfiguration.platformReservedDnsIP",
        test=_server_of_names_is_in_its_range,
        says="platformReservedDnsIP is an address of platformReservedCidr, and not its first one",
        source=_API,
        passes={"vnetConfiguration": {"platformReservedCidr": "10.200.0.0/16", "platformReservedDnsIP": "10.200.0.10"}},
        fails={"vnetConfiguration": {"platformReservedCidr": "10.200.0.0/16", "platformReservedDnsIP": "10.201.0.10"}},
    ),
    Combination(
        path="vnetConfiguration.dockerBridgeCidr",
        test=_ranges_keep_apart,
        says="platformReservedCidr and dockerBridgeCidr are address ranges that do not overlap",
        source=_API,
        passes={"vnetConfiguration": {"platformReservedCidr": "10.200.0.0/16", "dockerBridgeCidr": "172.17.0.0/16"}},
        fails={"vnetConfiguration": {"platformReservedCidr": "10.200.0.0/16", "dockerBridgeCidr": "10.200.8.0/21"}},
    ),
)
