"""Names of networks and what lies in them: one form, different lengths."""

from __future__ import annotations

from typing import Final

from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.server.rules import Pattern


def network_name(path: str, noun: str, *, least: int, most: int, passes: str) -> Pattern:
    """The rule on a name below Microsoft.Network: it begins with a letter or digit and ends with one or an underscore."""
    middle = rf"[\w.-]{{{max(least - 2, 0)},{most - 2}}}\w"
    return Pattern(
        path=path,
        regex=rf"(?a:[a-zA-Z0-9]({middle}){'?' if least == 1 else ''})",
        says=f"a {noun}'s name has {least} to {most} letters, digits and . _ -, begins with a letter or digit and ends with one or _",
        source=f"{NAME_RULES}#microsoftnetwork",
        passes=passes,
        fails=f"-{passes}",
    )


VIRTUAL_NETWORK_NAME: Final = network_name(
    "virtualNetworkName", "network", least=2, most=64, passes="vnet-ignition-dev"
)
SUBNET_NAME: Final = network_name("subnetName", "subnet", least=1, most=80, passes="snet-apps")
PRIVATE_ENDPOINT_NAME: Final = network_name(
    "privateEndpointName", "private endpoint", least=2, most=64, passes="pe-vault"
)
