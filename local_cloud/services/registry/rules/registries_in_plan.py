"""Rules over the plan on registries: their names and their keys."""

from __future__ import annotations

from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.names_in_plan import global_name
from local_cloud.packages.azure_native.sketches import identity, registry
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.rules import LeadsTo

_IDENTITIES: Final = "identity.userAssignedIdentities[]"

REGISTRIES_IN_PLAN: Final = (
    global_name(tokens.REGISTRY, "registryName"),
    LeadsTo(
        id="registry.identity-of-another-kind",
        of=tokens.REGISTRY,
        path=_IDENTITIES,
        to=(tokens.IDENTITY,),
        says="identities are given by the id of a user-assigned identity",
        remedy="Pass the `id` of a UserAssignedIdentity; this comes from '{other}'",
        source="https://learn.microsoft.com/azure/container-registry/container-registry-authentication-managed-identity",
        passes=Sketch(identity=identity(), registry=registry(identity={"userAssignedIdentities": [Ref("identity")]})),
        fails=Sketch(
            identity=identity(), registry=registry(identity={"userAssignedIdentities": [Ref("identity", "client_id")]})
        ),
    ),
)
