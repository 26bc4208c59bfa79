"""The operators' group. Who is in it, is decided by people in Entra ID."""

from __future__ import annotations

import pulumi_azuread as azuread
from pulumi import Input, ResourceOptions

from bootstrap.cloud import Cloud


def make_operators(cloud: Cloud) -> Input[str] | None:
    """Declare the group if the settings name one; returns its object id."""
    name = cloud.config.operators_group
    if name is None:
        return None
    group = azuread.Group(
        "operators",
        display_name=name,
        description="Reads logs and stores secrets of the Ignition platform.",
        security_enabled=True,
        prevent_duplicate_names=True,
        owners=list(cloud.config.administrators),
        # People come and go without a deployment.
        opts=ResourceOptions(provider=cloud.entra, ignore_changes=["members"], protect=True),
    )
    return group.object_id
