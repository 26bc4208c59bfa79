"""Rules over the plan on registries: their names and their keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.names_in_plan import global_name
from local_cloud.packages.azure_native.sketches import GROUP, identity, registry, vault
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import LeadsTo, Together
from local_cloud.services.key_vault.rules.wrapping_in_plan import Wrapping

_KEYS: Final = "https://learn.microsoft.com/azure/container-registry/tutorial-enable-customer-managed-keys"
_READER: Final = "encryption.keyVaultProperties.identity"
_IDENTIFIER: Final = "encryption.keyVaultProperties.keyIdentifier"
_IDENTITIES: Final = "identity.userAssignedIdentities[]"


def _foreign_reader(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.REGISTRY):
        found, own = plan.origin_at(each, _READER, tokens.IDENTITY), plan.targets(each, _IDENTITIES)
        if found is not None and found not in own and all(isinstance(one, Planned) for one in own):
            yield each, found


def _can_be_purged(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.REGISTRY):
        key = plan.origin_at(each, _IDENTIFIER, tokens.KEY)
        holder = plan.parent(key, tokens.VAULT) if key is not None else None
        if holder is not None and plan.known(holder, "properties.enablePurgeProtection") is not True:
            yield each, holder


def _encrypted(own: str, *, kept: bool = True) -> Sketch:
    key = {
        "resourceGroupName": GROUP,
        "vaultName": "kv-ignition-dev",
        "keyName": "images",
        "properties": {"kty": "RSA"},
    }
    read = {"identity": Ref("reader", "client_id"), "keyIdentifier": Ref("key", "key_uri")}
    return Sketch(
        reader=identity(),
        other=identity("id-other"),
        vault=vault(enablePurgeProtection=True if kept else None),
        key=(tokens.KEY, key),
        registry=registry(
            identity={"type": "UserAssigned", "userAssignedIdentities": [Ref(own)]},
            encryption={"status": "enabled", "keyVaultProperties": read},
        ),
    )


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
    Together(
        id="registry.key-read-by-a-foreign-identity",
        of=tokens.REGISTRY,
        path="encryption.keyVaultProperties.identity",
        test=_foreign_reader,
        says="a registry reads its key with an identity that is assigned to the registry",
        remedy="Add the id of '{other}' to identity.userAssignedIdentities of '{this}'",
        source=_KEYS,
        passes=_encrypted("reader"),
        fails=_encrypted("other"),
    ),
    Together(
        id="registry.key-that-can-be-purged",
        of=tokens.REGISTRY,
        path="encryption.keyVaultProperties.keyIdentifier",
        test=_can_be_purged,
        says="the vault of a registry's key has purge protection",
        remedy="Set enablePurgeProtection=True on '{other}'",
        source=_KEYS,
        passes=_encrypted("reader"),
        fails=_encrypted("reader", kept=False),
    ),
    *Wrapping(
        service="registry",
        noun="registry",
        made=registry,
        key=_IDENTIFIER,
        reader=_READER,
        inputs={
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [Ref("reader")]},
            "encryption": {
                "status": "enabled",
                "keyVaultProperties": {
                    "identity": Ref("reader", "client_id"),
                    "keyIdentifier": Ref("key", "key_uri"),
                },
            },
        },
        source=_KEYS,
    ).rules(),
)
