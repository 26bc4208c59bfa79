"""Rules over the plan on the keys that servers encrypt their data with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, identity, server, vault
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region, region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Together
from local_cloud.services.key_vault.rules.wrapping_in_plan import Wrapping, key_vault_of

_KEYS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-data-encryption"
_KEY: Final = "dataEncryption.primaryKeyURI"
_READER: Final = "dataEncryption.primaryUserAssignedIdentityId"
_GUARDED: Final = vault(enablePurgeProtection=True)


def _key_in_another_region(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        holder = key_vault_of(plan, each, _KEY)
        if holder is not None and not in_one_region(plan, each, holder):
            yield each, holder


def _key_can_be_purged(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        holder = key_vault_of(plan, each, _KEY)
        if holder is not None and plan.known(holder, "properties.enablePurgeProtection") is not True:
            yield each, holder


def _key_of_another_kind(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        key = plan.origin_at(each, _KEY, tokens.KEY)
        if key is not None and not str(plan.known(key, "properties.kty")).startswith("rsa"):
            yield each, key


def _foreign_key_reader(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        found = plan.origin_at(each, "dataEncryption.primaryUserAssignedIdentityId", tokens.IDENTITY)
        own = plan.targets(each, "identity.userAssignedIdentities[]")
        if found is not None and found not in own and all(isinstance(one, Planned) for one in own):
            yield each, found


def _encrypted(holder: Sketched, kty: str = "RSA", *, own: str = "reader") -> Sketch:
    key = {"resourceGroupName": GROUP, "vaultName": "kv-ignition-dev", "keyName": "data", "properties": {"kty": kty}}
    return Sketch(
        reader=identity(),
        other=identity("id-other"),
        vault=holder,
        key=(tokens.KEY, key),
        server=server(
            dataEncryption={
                "primaryKeyURI": Ref("key", "key_uri_with_version"),
                "primaryUserAssignedIdentityId": Ref("reader"),
            },
            identity={"type": "UserAssigned", "userAssignedIdentities": [Ref(own)]},
        ),
    )


def _geo_key_at_home(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        holder = key_vault_of(plan, each, "dataEncryption.geoBackupKeyURI")
        at = (region(plan, each), region(plan, holder)) if holder is not None else (None, None)
        if holder is not None and None not in at and at[0] == at[1]:
            yield each, holder


def _geo_encrypted(where: str) -> Sketch:
    plan = _encrypted(_GUARDED).resources
    token, inputs = plan["server"]
    second = {"resourceGroupName": GROUP, "vaultName": "kv-far", "keyName": "copy", "properties": {"kty": "RSA"}}
    given = {**inputs["dataEncryption"], "geoBackupKeyURI": Ref("copy", "key_uri_with_version")}
    return Sketch(
        **{name: each for name, each in plan.items() if name != "server"},
        far=(tokens.VAULT, {**_GUARDED[1], "vaultName": "kv-far", "location": where}),
        copy=(tokens.KEY, second),
        server=(token, {**inputs, "dataEncryption": given}),
    )


def _of_keys(id: str, test: Any, **told: Any) -> Together:  # noqa: A002  the rule's own word
    return Together(id=f"postgres.{id}", of=tokens.SERVER, path=_KEY, test=test, source=_KEYS, **told)


KEYS_OF_SERVERS_IN_PLAN: Final = (
    _of_keys(
        "key-in-another-region",
        _key_in_another_region,
        says="a server's key is in a vault of the server's region",
        remedy="Make '{other}' in the region of '{this}'",
        passes=_encrypted(_GUARDED),
        fails=_encrypted((tokens.VAULT, {**_GUARDED[1], "location": "northeurope"})),
    ),
    _of_keys(
        "key-that-can-be-purged",
        _key_can_be_purged,
        says="the vault of a server's key has purge protection",
        remedy="Set enablePurgeProtection=True on '{other}'",
        passes=_encrypted(_GUARDED),
        fails=_encrypted(vault()),
    ),
    _of_keys(
        "key-of-another-kind",
        _key_of_another_kind,
        says="a server's data are encrypted with an RSA key",
        remedy="Give '{other}' the kty RSA or RSA-HSM",
        passes=_encrypted(_GUARDED),
        fails=_encrypted(_GUARDED, "EC"),
    ),
    _of_keys(
        "key-read-by-a-foreign-identity",
        _foreign_key_reader,
        says="a server reads its key with an identity that is assigned to the server",
        remedy="Add the id of '{other}' to identity.userAssignedIdentities of '{this}'",
        passes=_encrypted(_GUARDED),
        fails=_encrypted(_GUARDED, own="other"),
    ),
    _of_keys(
        "key-of-copies-at-home",
        _geo_key_at_home,
        says="the key for geo-redundant copies is in a vault of the paired region, where the copies are",
        remedy="Pass a key of a vault in the paired region; '{other}' is in the region of '{this}'",
        passes=_geo_encrypted("northeurope"),
        fails=_geo_encrypted("westeurope"),
    ),
    *Wrapping(
        service="postgres",
        noun="server",
        made=server,
        key=_KEY,
        reader=_READER,
        inputs={
            "dataEncryption": {
                "primaryKeyURI": Ref("key", "key_uri_with_version"),
                "primaryUserAssignedIdentityId": Ref("reader"),
            },
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [Ref("reader")]},
        },
        source=_KEYS,
    ).rules(),
)
