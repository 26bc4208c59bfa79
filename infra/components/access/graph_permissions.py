"""What an Entra application asks Microsoft Graph for on behalf of the person who signs in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi_azuread as azuread

_MICROSOFT_GRAPH: Final = "00000003-0000-0000-c000-000000000000"
_DELEGATED: Final = {
    "openid": "37f7f235-527c-4136-accd-4a02d197296e",
    "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    "profile": "14dad69e-099b-42c9-810b-d002981feec1",
    "offline_access": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
    "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    "Directory.Read.All": "06da0dbc-49e2-44d2-8312-53f166ab848a",
    "GroupMember.Read.All": "bc024368-1153-4739-b217-4326f2e966d0",
}
"""Delegated permissions, the same in every tenant (https://learn.microsoft.com/graph/permissions-reference)."""


def permissions(scopes: Sequence[str]) -> azuread.ApplicationRequiredResourceAccessArgs:
    """The request for some delegated permissions of Microsoft Graph, by their names."""
    return azuread.ApplicationRequiredResourceAccessArgs(
        resource_app_id=_MICROSOFT_GRAPH,
        resource_accesses=[
            azuread.ApplicationRequiredResourceAccessResourceAccessArgs(id=_DELEGATED[scope], type="Scope")
            for scope in scopes
        ],
    )
