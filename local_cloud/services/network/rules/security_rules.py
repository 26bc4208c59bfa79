"""What security rules ask, inside a network security group and inside a subnet's alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local_cloud.packages.azure_native.addresses import is_cidr, is_ipv4
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Pattern, Range, Related, Rule, items_at

_OVERVIEW: Final = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"
_RULES: Final = "securityRules[]"
_TAG: Final = re.compile(r"[A-Z][A-Za-z]+(\.[A-Za-z0-9]+)?")
EXAMPLE_RULE: Final = {
    "name": "postgres",
    "priority": 100,
    "direction": "Inbound",
    "access": "Allow",
    "protocol": "Tcp",
    "sourceAddressPrefix": "10.10.0.0/23",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "5432",
}


def _is_prefix(text: str) -> bool:
    return text == "*" or is_cidr(text) or is_ipv4(text) or _TAG.fullmatch(text) is not None


def _is_port_range(text: str) -> bool:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
    if found is None:
        return text == "*"
    first, last = int(found.group(1)), int(found.group(2) or found.group(1))
    return 0 <= first <= last <= 65535


def _has_every_side(rule: Mapping[str, Any], _inputs: Inputs) -> bool:
    sides = ("sourceAddressPrefix", "destinationAddressPrefix", "sourcePortRange", "destinationPortRange")
    groups = {
        "sourceAddressPrefix": "sourceApplicationSecurityGroups",
        "destinationAddressPrefix": "destinationApplicationSecurityGroups",
    }
    for side in sides:
        several = f"{side}es" if side.endswith("Prefix") else f"{side}s"
        given = [bool(rule.get(each)) for each in (side, several, groups.get(side, several))]
        if not any(given) or (given[0] and given[1]):
            return False
    return bool(rule.get("name")) and rule.get("priority") is not None


def _priorities_differ(inputs: Inputs) -> bool:
    pairs = [(rule.get("direction"), rule.get("priority")) for rule in items_at(inputs, _RULES)]
    return len(pairs) == len(set(pairs))


def _names_differ(inputs: Inputs) -> bool:
    names = [str(name).lower() for name in items_at(inputs, f"{_RULES}.name")]
    return len(names) == len(set(names))


def _each(path: str, *, ports: bool = False) -> Related:
    several = path.endswith(("es", "Ranges"))
    good, bad = ("443", "443,8443") if ports else ("AzureCloud", "10.10.0.1/23")
    one = path.replace("Prefixes", "Prefix").replace("Ranges", "Range")
    items = f"{_RULES}.{path}{'[]' if several else ''}"

    def patch(value: str) -> Mapping[str, Any]:
        return {f"{_RULES}.{one}": None, f"{_RULES}.{path}": [value]} if several else {f"{_RULES}.{path}": value}

    return Related(
        path=items,
        test=lambda value, _: _is_port_range(value) if ports else _is_prefix(value),
        says="ports are one number, a range like 8000-8010, or *"
        if ports
        else "addresses are a range in CIDR form without host bits, a service tag like AzureCloud, or *",
        source=f"{_OVERVIEW}#security-rules",
        passes=patch(good),
        fails=patch(bad),
    )


SECURITY_RULES: Final[tuple[Rule, ...]] = (
    Range(
        path=f"{_RULES}.priority",
        least=100,
        most=4096,
        says="priorities are 100 to 4096",
        source=f"{_OVERVIEW}#security-rules",
        passes=4096,
        fails=99,
    ),
    Combination(
        path="securityRules",
        test=_priorities_differ,
        says="rules of one direction have distinct priorities",
        source=f"{_OVERVIEW}#security-rules",
        passes={"securityRules": [EXAMPLE_RULE, {**EXAMPLE_RULE, "name": "other", "direction": "Outbound"}]},
        fails={"securityRules": [EXAMPLE_RULE, {**EXAMPLE_RULE, "name": "other"}]},
    ),
    Combination(
        path="securityRules",
        test=_names_differ,
        says="rules have distinct names",
        source=f"{_OVERVIEW}#security-rules",
        passes={"securityRules": [EXAMPLE_RULE, {**EXAMPLE_RULE, "name": "other", "priority": 200}]},
        fails={"securityRules": [EXAMPLE_RULE, {**EXAMPLE_RULE, "priority": 200}]},
    ),
    Pattern(
        path=f"{_RULES}.name",
        regex=r"[a-zA-Z0-9]([\w.-]{0,78}\w)?",
        says="a rule's name has 1 to 80 letters, digits and . _ -, begins with a letter or digit and ends with one or _",
        source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork",
        passes="allow-postgres",
        fails="allow postgres",
    ),
    Related(
        path=_RULES,
        test=_has_every_side,
        says="a rule needs a name, a priority, and for both sides addresses and ports, one (...Prefix, ...Range) "
        "or several (...Prefixes, ...Ranges)",
        source=f"{_OVERVIEW}#security-rules",
        passes={_RULES: EXAMPLE_RULE},
        fails={f"{_RULES}.destinationPortRange": None},
    ),
    _each("sourceAddressPrefix"),
    _each("sourceAddressPrefixes"),
    _each("destinationAddressPrefix"),
    _each("destinationAddressPrefixes"),
    _each("sourcePortRange", ports=True),
    _each("sourcePortRanges", ports=True),
    _each("destinationPortRange", ports=True),
    _each("destinationPortRanges", ports=True),
)
