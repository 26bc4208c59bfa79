"""Rules over the plan on servers that are copied from others, and on the keys that their data are encrypted with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    GROUP,
    Sketched,
    identity,
    role,
    server,
    vault,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import AtMost, Fits, LeadsTo, Together
from local_cloud.services.identity.rules.granted import roles_of

_DOCS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server"
_REPLICAS: Final = f"{_DOCS}/concepts-read-replicas"
_KEY_ROLES: Final = frozenset(
    {
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",  # Key Vault Crypto Service Encryption User
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",  # Key Vault Crypto Officer
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",  # Key Vault Administrator
    }
)
_KEYS: Final = f"{_DOCS}/concepts-data-encryption"
_SUBNET: Final = "network.delegatedSubnetResourceId"
_SOURCE: Final = "sourceServerResourceId"


def _of_mode(mode: str, test: Callable[[Plan, Planned, Planned], bool]) -> Callable[[Plan, Planned, Planned], bool]:
    def fits(plan: Plan, one: Planned, source: Planned) -> bool:
        return plan.known(one, "createMode") != mode or test(plan, one, source)

    return fits


def _storage(plan: Plan, one: Planned) -> float | None:
    size = plan.known(one, "storage.storageSizeGB")
    return float(size) if isinstance(size, int | float) else None


def _is_no_smaller(plan: Plan, one: Planned, source: Planned) -> bool:
    mine, theirs = _storage(plan, one), _storage(plan, source)
    return mine is None or theirs is None or mine >= theirs


def _has_its_version(plan: Plan, one: Planned, source: Planned) -> bool:
    mine, theirs = plan.known(one, "version"), plan.known(source, "version")
    return None in (mine, theirs) or mine == theirs


def _is_reached_alike(plan: Plan, one: Planned, source: Planned) -> bool:
    return bool(plan.keys(one, _SUBNET)) == bool(plan.keys(source, _SUBNET))


def _has_no_standby(plan: Plan, one: Planned, _source: Planned) -> bool:
    return plan.known(one, "highAvailability.mode") in {None, "disabled"}


def _has_another_tier(plan: Plan, _one: Planned, source: Planned) -> bool:
    return plan.known(source, "sku.tier") != "burstable"


def _is_geo_redundant(plan: Plan, _one: Planned, source: Planned) -> bool:
    return plan.known(source, "backup.geoRedundantBackup") == "enabled"


def _key_vault(plan: Plan, one: Planned) -> Planned | None:
    found = plan.origin_at(one, "dataEncryption.primaryKeyURI", tokens.KEY, tokens.VAULT)
    return plan.parent(found, tokens.VAULT) if found is not None and found.token == tokens.KEY else found


def _key_in_another_region(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        holder = _key_vault(plan, each)
        if holder is not None and not in_one_region(plan, each, holder):
            yield each, holder


def _key_can_be_purged(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        holder = _key_vault(plan, each)
        if holder is not None and plan.known(holder, "properties.enablePurgeProtection") is not True:
            yield each, holder


def _key_of_another_kind(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        key = plan.origin_at(each, "dataEncryption.primaryKeyURI", tokens.KEY)
        if key is not None and not str(plan.known(key, "properties.kty")).startswith("rsa"):
            yield each, key


def _foreign_key_reader(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        found = plan.origin_at(each, "dataEncryption.primaryUserAssignedIdentityId", tokens.IDENTITY)
        own = plan.targets(each, "identity.userAssignedIdentities[]")
        if found is not None and found not in own and all(isinstance(one, Planned) for one in own):
            yield each, found


def _copy(mode: str, source: dict[str, Any], **inputs: Any) -> Sketch:
    return Sketch(
        primary=server(**source),
        copy=server("psql-copy", **{"createMode": mode, "sourceServerResourceId": Ref("primary"), **inputs}),
    )


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


def _of_source(id: str, path: str, fits: Any, *, source: str = _REPLICAS, **told: Any) -> Fits:  # noqa: A002  the rule's own word
    return Fits(
        id=f"postgres.{id}",
        of=tokens.SERVER,
        path=path,
        along=_SOURCE,
        to=(tokens.SERVER,),
        fits=fits,
        source=source,
        **told,
    )


def _grants_for_its_key(plan: Plan, one: Planned) -> list[Planned]:
    reader = plan.origin_at(one, "dataEncryption.primaryUserAssignedIdentityId", tokens.IDENTITY)
    holder = _key_vault(plan, one)
    return [] if reader is None or holder is None else roles_of(plan, reader, holder, _KEY_ROLES)


def _encrypted_with_a_role(*after: str) -> Sketch:
    plan = _encrypted(vault(enablePurgeProtection=True)).resources
    token, inputs = plan["server"]
    given = {
        "scope": Ref("vault"),
        "principalId": Ref("reader", "principal_id"),
        "roleDefinitionId": next(iter(_KEY_ROLES)),
    }
    return Sketch(**{**plan, "grant": role(**given), "server": (token, {**inputs, "depends_on": [*after]})})


def _of_keys(id: str, test: Any, **told: Any) -> Together:  # noqa: A002  the rule's own word
    return Together(
        id=f"postgres.{id}", of=tokens.SERVER, path="dataEncryption.primaryKeyURI", test=test, source=_KEYS, **told
    )


_GUARDED: Final = vault(enablePurgeProtection=True)

COPIES_IN_PLAN: Final = (
    _of_source(
        "replica-of-a-burstable-server",
        _SOURCE,
        _of_mode("replica", _has_another_tier),
        says="the Burstable tier has no read replicas",
        remedy="Give '{other}' the tier GeneralPurpose or MemoryOptimized",
        passes=_copy("Replica", {}),
        fails=_copy("Replica", {"sku": {"name": "Standard_B1ms", "tier": "Burstable"}}),
    ),
    _of_source(
        "replica-of-another-version",
        "version",
        _of_mode("replica", _has_its_version),
        says="a replica has the major version of its primary",
        remedy="Give '{this}' the version of '{other}'",
        passes=_copy("Replica", {}),
        fails=_copy("Replica", {"version": "16"}),
    ),
    _of_source(
        "replica-with-less-storage",
        "storage.storageSizeGB",
        _of_mode("replica", _is_no_smaller),
        says="a replica has as much storage as its primary, or more",
        remedy="Give '{this}' the storage of '{other}'",
        passes=_copy("Replica", {"storage": {"storageSizeGB": 64}}, storage={"storageSizeGB": 64}),
        fails=_copy("Replica", {"storage": {"storageSizeGB": 128}}, storage={"storageSizeGB": 64}),
    ),
    _of_source(
        "replica-with-a-standby",
        "highAvailability.mode",
        _of_mode("replica", _has_no_standby),
        says="a replica has no standby of its own",
        remedy="Take highAvailability out of '{this}'; '{other}' may have it",
        passes=_copy("Replica", {"highAvailability": {"mode": "ZoneRedundant"}}),
        fails=_copy("Replica", {}, highAvailability={"mode": "ZoneRedundant"}),
    ),
    _of_source(
        "replica-reached-in-another-way",
        _SUBNET,
        _of_mode("replica", _is_reached_alike),
        says="a replica is in a network where its primary is in one, and has a public address where its primary has one",
        remedy="Give '{this}' the kind of network access that '{other}' has",
        passes=_copy("Replica", {}),
        fails=_copy("Replica", {"network": {"delegatedSubnetResourceId": "/subscriptions/a"}}),
    ),
    AtMost(
        id="postgres.too-many-replicas",
        of=tokens.SERVER,
        path=_SOURCE,
        scope=lambda plan, each: plan.key(each, _SOURCE) if plan.known(each, "createMode") == "replica" else None,
        limit=lambda _plan, _each: 5,
        says="a primary has at most five replicas",
        remedy="Leave '{this}' out; '{other}' is the first of five",
        source=_REPLICAS,
        passes=_copy("Replica", {}),
        fails=Sketch(
            primary=server(),
            **{
                f"copy{number}": server(f"psql-{number}", createMode="Replica", sourceServerResourceId=Ref("primary"))
                for number in range(6)
            },
        ),
    ),
    _of_source(
        "restored-in-another-region",
        "location",
        _of_mode("pointintimerestore", in_one_region),
        source=f"{_DOCS}/concepts-backup-restore",
        says="a server is restored to a point in time in the region of its source; GeoRestore is for another region",
        remedy="Give '{this}' the location of '{other}', or createMode GeoRestore",
        passes=_copy("PointInTimeRestore", {}),
        fails=_copy("PointInTimeRestore", {}, location="northeurope"),
    ),
    _of_source(
        "geo-restored-without-a-copy",
        _SOURCE,
        _of_mode("georestore", _is_geo_redundant),
        source=f"{_DOCS}/concepts-backup-restore",
        says="only a server with geo-redundant backup is restored in another region",
        remedy="Give '{other}' geoRedundantBackup Enabled, which is decided when it is made",
        passes=_copy("GeoRestore", {"backup": {"geoRedundantBackup": "Enabled"}}),
        fails=_copy("GeoRestore", {"backup": {"geoRedundantBackup": "Disabled"}}),
    ),
    LeadsTo(
        id="postgres.copy-of-something-else",
        of=tokens.SERVER,
        path=_SOURCE,
        to=(tokens.SERVER,),
        says="a server is copied from another one, by that one's id",
        remedy="Pass the `id` of a Server; this comes from '{other}'",
        source=_REPLICAS,
        passes=_copy("Replica", {}),
        fails=Sketch(
            primary=server(),
            copy=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("primary", "name")),
        ),
    ),
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
    _of_source(
        "replica-with-geo-redundant-backup",
        "backup.geoRedundantBackup",
        _of_mode("replica", lambda plan, one, _source: plan.known(one, "backup.geoRedundantBackup") != "enabled"),
        says="a replica has no geo-redundant backup of its own",
        remedy="Take geoRedundantBackup out of '{this}'; '{other}' may have it",
        passes=_copy("Replica", {"backup": {"geoRedundantBackup": "Enabled"}}),
        fails=_copy("Replica", {}, backup={"geoRedundantBackup": "Enabled"}),
    ),
    After(
        id="postgres.server-before-the-role-for-its-key",
        of=tokens.SERVER,
        path="dataEncryption.primaryKeyURI",
        needs=_grants_for_its_key,
        says="a server wraps its key when it is made, so the role of the identity that reads the key is assigned before",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_KEYS,
        passes=_encrypted_with_a_role("grant"),
        fails=_encrypted_with_a_role(),
    ),
)
