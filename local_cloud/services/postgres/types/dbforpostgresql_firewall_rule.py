"""PostgreSQL flexible servers: addresses that may connect to a server with a public address."""

from __future__ import annotations

import ipaddress
from typing import ClassVar, Final

from local_cloud.packages.azure_native.addresses import is_ipv4
from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Pattern, Valid
from local_cloud.services.postgres.rules.parts_in_plan import FIREWALL_RULES_IN_PLAN
from local_cloud.services.postgres.rules.server import SERVER_NAME
from local_cloud.services.postgres.types.dbforpostgresql_server import EXAMPLE_SERVER

_API: Final = (
    "https://learn.microsoft.com/azure/templates/microsoft.dbforpostgresql/2025-08-01/flexibleservers/firewallrules"
)


def _begins_before_it_ends(inputs: Inputs) -> bool:
    start, end = inputs["startIpAddress"], inputs["endIpAddress"]
    if not is_ipv4(start) or not is_ipv4(end):
        return True
    return ipaddress.IPv4Address(start) <= ipaddress.IPv4Address(end)


def _address(path: str) -> Valid:
    return Valid(
        path=path,
        test=is_ipv4,
        says="a firewall rule takes IPv4 addresses",
        source=_API,
        passes="203.0.113.7",
        fails="2001:db8::1",
    )


class FirewallRule(AzureType):
    """A range of addresses."""

    token = "azure-native:dbforpostgresql:FirewallRule"
    path = "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/firewallRules/{firewallRuleName}"
    rules = (
        SERVER_NAME,
        Pattern(
            path="firewallRuleName",
            regex=r"[a-zA-Z0-9][-_a-zA-Z0-9]{0,79}(?<!-)",
            says="a rule's name has 1 to 80 letters, digits, hyphens and underscores, begins with a letter or digit "
            "and does not end with a hyphen",
            source=_API,
            passes="office",
            fails="office-",
        ),
        _address("startIpAddress"),
        _address("endIpAddress"),
        Combination(
            path="endIpAddress",
            test=_begins_before_it_ends,
            says="a range ends at or after its start",
            source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-firewall-rules",
            passes={"startIpAddress": "203.0.113.4", "endIpAddress": "203.0.113.9"},
            fails={"startIpAddress": "203.0.113.9", "endIpAddress": "203.0.113.4"},
        ),
    )
    plan_rules = FIREWALL_RULES_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "serverName": EXAMPLE_SERVER,
        "firewallRuleName": "office",
        "startIpAddress": "203.0.113.7",
        "endIpAddress": "203.0.113.7",
    }
