"""Rules over the plan on flexible servers: the subnet and zone that they stand in, copies of other servers, passwords and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.names_in_plan import global_name
from local_cloud.packages.azure_native.sketches import (
    APPS_DELEGATION,
    GROUP,
    SERVERS_DELEGATION,
    Sketched,
    identity,
    network,
    server,
    subnet,
    vault,
    zone,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Elsewhere, Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import network_of
from local_cloud.server.plan.rules import AtMost, Fits, LeadsTo, Together
from local_cloud.services.network.rules.addresses_in_plan import ranges_of
from local_cloud.services.network.rules.endpoints_in_plan import delegations

_DOCS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server"
_PRIVATE: Final = f"{_DOCS}/concepts-networking-private"
_REPLICAS: Final = f"{_DOCS}/concepts-read-replicas"
_KEYS: Final = f"{_DOCS}/concepts-data-encryption"
_SUBNET: Final = "network.delegatedSubnetResourceId"
_ZONE: Final = "network.privateDnsZoneArmResourceId"
_SOURCE: Final = "sourceServerResourceId"
_SMALLEST: Final = 28
_KEPT_ADDRESSES: Final = 5
_SUFFIX: Final = ".postgres.database.azure.com"
_RANDOM: Final = ("random:index/randomPassword:RandomPassword", "random:index/randomString:RandomString")


def _is_delegated(plan: Plan, _one: Planned, subnet_: Planned) -> bool:
    return delegations(plan, subnet_) == {SERVERS_DELEGATION.lower()}


def _is_large_enough(plan: Plan, _one: Planned, subnet_: Planned) -> bool:
    return all((found := network_of(each)) is None or found.prefixlen <= _SMALLEST for each in ranges_of(plan, subnet_))


def _room(plan: Plan, one: Planned) -> float | None:
    subnet_ = plan.target(one, _SUBNET, tokens.SUBNET)
    if not isinstance(subnet_, Planned):
        return None
    ranges = [each for text in ranges_of(plan, subnet_) if (each := network_of(text)) is not None]
    return sum(each.num_addresses - _KEPT_ADDRESSES for each in ranges) if ranges else None


def _addresses(plan: Plan, one: Planned) -> float:
    return 4 if plan.known(one, "highAvailability.mode") in {"zoneredundant", "sameZone".lower()} else 1


def _zone_is_named_for_servers(plan: Plan, one: Planned, zone_: Planned) -> bool:
    name = str(plan.known(zone_, "privateZoneName"))
    return name.endswith(_SUFFIX) and name != f"{plan.key(one, 'serverName')}{_SUFFIX}"


def _links(plan: Plan, one: Planned) -> list[Planned]:
    """The links of a server's zone with its network, where both are in the plan."""
    zone_, network_ = _zone_and_network(plan, one)
    return [
        each
        for each in (plan.children(zone_, tokens.ZONE_LINK) if zone_ is not None else ())
        if network_ is not None and plan.target(each, "virtualNetwork.id", tokens.NETWORK) is network_
    ]


def _zone_and_network(plan: Plan, one: Planned) -> tuple[Planned | None, Planned | None]:
    zone_, subnet_ = plan.target(one, _ZONE, tokens.PRIVATE_ZONE), plan.target(one, _SUBNET, tokens.SUBNET)
    network_ = plan.parent(subnet_, tokens.NETWORK) if isinstance(subnet_, Planned) else None
    return zone_ if isinstance(zone_, Planned) else None, network_


def _unlinked(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        zone_, network_ = _zone_and_network(plan, each)
        if zone_ is None or network_ is None or _links(plan, each):
            continue
        links = list(plan.of(tokens.ZONE_LINK))
        told = all(plan.identity(link) is not None for link in links) and not any(
            plan.target(link, "virtualNetwork.id") is Elsewhere.UNKNOWN
            for link in plan.children(zone_, tokens.ZONE_LINK)
        )
        if told:
            yield each, zone_


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


def _too_weak(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.SERVER):
        drawn = plan.origin_at(each, "administratorLoginPassword", *_RANDOM)
        if drawn is not None and not _may_be_a_password(drawn):
            yield each, drawn


def _may_be_a_password(drawn: Planned) -> bool:
    length = drawn.inputs.get("length")
    kinds = [drawn.inputs.get(name, True) is not False for name in ("lower", "upper", "numeric", "special")]
    return (not isinstance(length, int | float) or 8 <= length <= 128) and sum(kinds) >= 3


def _injected(name: str = "psql-ignition-dev", **inputs: Any) -> Sketched:
    given = {"delegatedSubnetResourceId": Ref("data"), "privateDnsZoneArmResourceId": Ref("zone")}
    return server(name, **{"network": given, **inputs})


def _in(
    prefix: str = "10.10.2.0/27", delegated: str | None = SERVERS_DELEGATION, *servers: Sketched, **others: Any
) -> Sketch:
    made = {f"server{number}": each for number, each in enumerate(servers or (_injected(),))}
    return Sketch(
        network=others.pop("network", network()),
        data=subnet("snet-data", prefix, delegated),
        zone=zone(others.pop("zone", "ignition.private.postgres.database.azure.com")),
        **others,
        **made,
    )


def _link() -> Sketched:
    return tokens.ZONE_LINK, {
        "resourceGroupName": GROUP,
        "privateZoneName": Ref("zone", "name"),
        "virtualNetworkLinkName": "to-network",
        "virtualNetwork": {"id": Ref("network")},
    }


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


def _of_subnet(id: str, fits: Any, *, source: str = _PRIVATE, **told: Any) -> Fits:  # noqa: A002  the rule's own word
    return Fits(
        id=f"postgres.server-{id}",
        of=tokens.SERVER,
        path=_SUBNET,
        along=_SUBNET,
        to=(tokens.SUBNET,),
        fits=fits,
        source=source,
        **told,
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


def _of_keys(id: str, test: Any, **told: Any) -> Together:  # noqa: A002  the rule's own word
    return Together(
        id=f"postgres.{id}", of=tokens.SERVER, path="dataEncryption.primaryKeyURI", test=test, source=_KEYS, **told
    )


_GUARDED: Final = vault(enablePurgeProtection=True)

SERVERS_IN_PLAN: Final = (
    global_name(tokens.SERVER, "serverName"),
    _of_subnet(
        "subnet-delegation",
        _is_delegated,
        says="a flexible server stands in a subnet that is delegated to Microsoft.DBforPostgreSQL/flexibleServers",
        remedy="Delegate '{other}' to Microsoft.DBforPostgreSQL/flexibleServers alone",
        passes=_in(),
        fails=_in("10.10.2.0/27", APPS_DELEGATION),
    ),
    _of_subnet(
        "subnet-too-small",
        _is_large_enough,
        says=f"the subnet of flexible servers is /{_SMALLEST} or larger",
        remedy="Give '{other}' a shorter prefix",
        passes=_in("10.10.2.0/28"),
        fails=_in("10.10.2.0/29"),
    ),
    _of_subnet(
        "in-another-region",
        in_one_region,
        says="a flexible server is in the region of its network",
        remedy="Give '{this}' the location of the network of '{other}'",
        passes=_in(),
        fails=_in(network=network(location="northeurope")),
    ),
    AtMost(
        id="postgres.subnet-too-small-for-its-servers",
        of=tokens.SERVER,
        path=_SUBNET,
        scope=lambda plan, each: plan.key(each, _SUBNET),
        limit=_room,
        amount=_addresses,
        says=f"a server takes an address, one with a standby four, and Azure keeps {_KEPT_ADDRESSES} of every subnet",
        remedy="Give the subnet of '{this}' and '{other}' a shorter prefix",
        source=_PRIVATE,
        passes=_in("10.10.2.0/28", SERVERS_DELEGATION, *(_injected(f"psql-{number}") for number in range(3))),
        fails=_in(
            "10.10.2.0/28",
            SERVERS_DELEGATION,
            *(_injected(f"psql-{number}", highAvailability={"mode": "SameZone"}) for number in range(3)),
        ),
    ),
    Fits(
        id="postgres.zone-of-another-name",
        of=tokens.SERVER,
        path=_ZONE,
        along=_ZONE,
        to=(tokens.PRIVATE_ZONE,),
        fits=_zone_is_named_for_servers,
        says=f"a server's private zone ends with {_SUFFIX}, and does not bear the server's own name before that",
        remedy=f"Name '{{other}}' NAME.private{_SUFFIX}",
        source=_PRIVATE,
        passes=_in(),
        fails=_in(zone="ignition.internal.net"),
    ),
    Together(
        id="postgres.zone-not-linked",
        of=tokens.SERVER,
        path=_ZONE,
        test=_unlinked,
        says="a server's private zone is linked with the network that the server stands in",
        remedy="Link '{other}' with the network by a privatedns.VirtualNetworkLink, and make '{this}' depend on the link",
        source=_PRIVATE,
        passes=_in("10.10.2.0/27", SERVERS_DELEGATION, _injected(depends_on=["link"]), link=_link()),
        fails=_in(),
    ),
    After(
        id="postgres.server-before-its-zone-is-linked",
        of=tokens.SERVER,
        path=_ZONE,
        needs=_links,
        says="a server's private zone is linked with its network before the server is made",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_PRIVATE,
        passes=_in("10.10.2.0/27", SERVERS_DELEGATION, _injected(depends_on=["link"]), link=_link()),
        fails=_in(link=_link()),
    ),
    LeadsTo(
        id="postgres.server-in-something-else",
        of=tokens.SERVER,
        path=_SUBNET,
        to=(tokens.SUBNET,),
        says="a server stands in a subnet, by the subnet's id",
        remedy="Pass the `id` of a Subnet, not of '{other}'",
        source=_PRIVATE,
        passes=_in(),
        fails=Sketch(data=network(), zone=zone("a.postgres.database.azure.com"), server=_injected()),
    ),
    LeadsTo(
        id="postgres.zone-of-another-kind",
        of=tokens.SERVER,
        path=_ZONE,
        to=(tokens.PRIVATE_ZONE,),
        says="a server's zone is given by the id of a private DNS zone",
        remedy="Pass the `id` of a PrivateZone, not '{other}'",
        source=_PRIVATE,
        passes=_in(),
        fails=Sketch(data=subnet("snet-data", "10.10.2.0/27", SERVERS_DELEGATION), zone=network(), server=_injected()),
    ),
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
    Together(
        id="postgres.password-too-weak",
        of=tokens.SERVER,
        path="administratorLoginPassword",
        test=_too_weak,
        says="a password has 8 to 128 characters of three kinds out of lower case, upper case, digits and others",
        remedy="Let '{other}' draw 8 characters or more of three kinds",
        source="https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update",
        passes=Sketch(
            drawn=(_RANDOM[0], {"length": 40, "special": False}),
            server=server(administratorLoginPassword=Ref("drawn", "result")),
        ),
        fails=Sketch(
            drawn=(_RANDOM[0], {"length": 40, "special": False, "upper": False}),
            server=server(administratorLoginPassword=Ref("drawn", "result")),
        ),
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
)
