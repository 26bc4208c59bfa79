"""Rules over the plan on what is in a flexible server: databases, parameters, firewall rules and administrators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import Sketched, identity, of_server, server
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After, OneAtATime
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo, OneOfAKind, Together

_DOCS: Final = "https://learn.microsoft.com/azure/postgresql/flexible-server"
_BUSY: Final = "https://github.com/hashicorp/terraform-provider-azurerm/pull/18159"
_ENTRA: Final = f"{_DOCS}/concepts-azure-ad-authentication"
_ADMINISTRATORS: Final = f"{_DOCS}/how-to-configure-sign-in-azure-ad-authentication"
_CHANGES: Final = (tokens.PARAMETER, tokens.DATABASE, tokens.SERVER_ADMINISTRATOR)
_NO_LOWER: Final = frozenset(
    {
        "max_connections",
        "max_locks_per_transaction",
        "max_prepared_transactions",
        "max_wal_senders",
        "max_worker_processes",
    }
)
_GUID: Final = "11111111-1111-1111-1111-111111111111"


def _pools_where_it_can(plan: Plan, one: Planned, server_: Planned) -> bool:
    name = str(plan.known(one, "configurationName"))
    return not name.startswith("pgbouncer.") or plan.known(server_, "sku.tier") != "burstable"


def _has_a_public_address(plan: Plan, _one: Planned, server_: Planned) -> bool:
    injected = plan.keys(server_, "network.delegatedSubnetResourceId")
    return not injected and plan.known(server_, "network.publicNetworkAccess") != "disabled"


def _takes_entra(plan: Plan, _one: Planned, server_: Planned) -> bool:
    return plan.known(server_, "authConfig.activeDirectoryAuth") == "enabled"


def _has_its_tenant(plan: Plan, one: Planned, server_: Planned) -> bool:
    mine, theirs = plan.key(one, "tenantId"), plan.key(server_, "authConfig.tenantId")
    return None in (mine, theirs) or mine == theirs


def _is_a_service_principal(plan: Plan, one: Planned, _identity: Planned) -> bool:
    return plan.known(one, "principalType") in {None, "serviceprincipal"}


def _name_key(plan: Plan, one: Planned) -> Any:
    name = plan.key(one, "principalName")
    return None if name is None else (plan.place(one), name) if plan.place(one) is not None else None


def _at_once_with_a_firewall_rule(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Parameters and firewall rules of one server that do not wait for each other."""
    for one in plan.of(tokens.FIREWALL_RULE):
        place = plan.place(one)
        for other in plan.of(*_CHANGES):
            ordered = plan.follows(one, other) or plan.follows(other, one)
            if place is not None and plan.place(other) == place and not ordered:
                yield one, other
                break


def _job_database(plan: Plan, one: Planned) -> Iterable[Planned]:
    """The database that pg_cron keeps its jobs in, where the plan makes it."""
    if plan.known(one, "configurationName") != "cron.database_name":
        return []
    value, place = plan.key(one, "value"), plan.place(one)
    return [
        each
        for each in plan.of(tokens.DATABASE)
        if plan.key(each, "databaseName") == value and place is not None and plan.place(each) == place
    ]


def _lower_on_a_replica(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.PARAMETER):
        yield from plan.as_far_as_known(_lower_than_its_primarys, each)


def _lower_than_its_primarys(plan: Plan, one: Planned) -> Iterator[tuple[Planned, Planned]]:
    name, replica = plan.known(one, "configurationName"), plan.parent(one, tokens.SERVER)
    primary = plan.target(replica, "sourceServerResourceId", tokens.SERVER) if replica is not None else None
    if name not in _NO_LOWER or not isinstance(primary, Planned):
        return
    for other in plan.children(primary, tokens.PARAMETER):
        if plan.known(other, "configurationName") == name and int(plan.known(one, "value")) < int(
            plan.known(other, "value")
        ):
            yield one, other


def _is_no_replica(plan: Plan, _one: Planned, server_: Planned) -> bool:
    return plan.known(server_, "createMode") != "replica"


def _with_replica(parameter: Sketched) -> Sketch:
    return Sketch(
        primary=server(),
        copy=server("psql-copy", createMode="Replica", sourceServerResourceId=Ref("primary")),
        one=_parameter("max_connections", "500"),
        two=parameter,
    )


def _parameter(name: str = "require_secure_transport", value: Any = "on", **inputs: Any) -> Sketched:
    return of_server(
        tokens.PARAMETER, "configurationName", name, **{"value": value, "source": "user-override", **inputs}
    )


def _database(**inputs: Any) -> Sketched:
    return of_server(tokens.DATABASE, "databaseName", "ecent", **inputs)


def _firewall(**inputs: Any) -> Sketched:
    return of_server(
        tokens.FIREWALL_RULE,
        "firewallRuleName",
        "office",
        startIpAddress="203.0.113.7",
        endIpAddress="203.0.113.7",
        **inputs,
    )


def _administrator(**inputs: Any) -> Sketched:
    return of_server(
        tokens.SERVER_ADMINISTRATOR,
        "objectId",
        inputs.pop("objectId", _GUID),
        **{"principalName": "operators", "principalType": "Group", "tenantId": _GUID, **inputs},
    )


_BURSTABLE: Final = server(sku={"name": "Standard_B1ms", "tier": "Burstable"})
_WITH_ENTRA: Final = server(authConfig={"activeDirectoryAuth": "Enabled", "tenantId": _GUID})

PARAMETERS_IN_PLAN: Final = (
    OneAtATime(
        id="postgres.changes-at-once",
        of=tokens.PARAMETER,
        also=(tokens.DATABASE, tokens.SERVER_ADMINISTRATOR),
        path="serverName",
        scope=Plan.place,
        says="a server takes one change of its parameters, databases and administrators at a time (ServerIsBusy)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_BUSY,
        passes=Sketch(one=_parameter(), two=_database(depends_on=["one"])),
        fails=Sketch(one=_parameter(), two=_parameter("log_connections")),
    ),
    Fits(
        id="postgres.pooling-on-burstable",
        of=tokens.PARAMETER,
        path="configurationName",
        to=(tokens.SERVER,),
        fits=_pools_where_it_can,
        says="the Burstable tier has no PgBouncer",
        remedy="Give '{other}' the tier GeneralPurpose or MemoryOptimized, or leave '{this}' out",
        source=f"{_DOCS}/concepts-pgbouncer",
        passes=Sketch(server=server(), one=_parameter("pgbouncer.enabled", "true")),
        fails=Sketch(server=_BURSTABLE, one=_parameter("pgbouncer.enabled", "true")),
    ),
    After(
        id="postgres.jobs-before-their-database",
        of=tokens.PARAMETER,
        path="value",
        needs=_job_database,
        says="cron.database_name names a database that is there",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://learn.microsoft.com/azure/postgresql/extensions/concepts-extensions-considerations#pg_cron",
        passes=Sketch(base=_database(), one=_parameter("cron.database_name", "ecent", depends_on=["base"])),
        fails=Sketch(base=_database(), one=_parameter("cron.database_name", "ecent")),
    ),
    Together(
        id="postgres.replica-with-a-lower-parameter",
        of=tokens.PARAMETER,
        path="value",
        test=_lower_on_a_replica,
        says=f"on a replica {', '.join(sorted(_NO_LOWER))} are not below the primary's",
        remedy="Give '{this}' the value of '{other}' or a higher one",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-read-replicas#server-parameters",
        passes=_with_replica(_parameter("max_connections", "500", serverName="psql-copy")),
        fails=_with_replica(_parameter("max_connections", "100", serverName="psql-copy")),
    ),
)

FIREWALL_RULES_IN_PLAN: Final = (
    Fits(
        id="postgres.firewall-rule-of-a-private-server",
        of=tokens.FIREWALL_RULE,
        path="serverName",
        to=(tokens.SERVER,),
        fits=_has_a_public_address,
        says="firewall rules are for servers with public access; one in a network is guarded by security groups",
        remedy="Leave '{this}' out, or give '{other}' publicNetworkAccess Enabled and no delegated subnet",
        source="https://github.com/Azure/azure-rest-api-specs/issues/20616",
        passes=Sketch(server=server(), rule=_firewall()),
        fails=Sketch(server=server(network={"publicNetworkAccess": "Disabled"}), rule=_firewall()),
    ),
    Together(
        id="postgres.firewall-rule-at-once",
        of=tokens.FIREWALL_RULE,
        path="serverName",
        test=_at_once_with_a_firewall_rule,
        says="a server takes firewall rules at the same time as each other, but not as parameters, databases and administrators "
        "(ServerIsBusy)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://github.com/hashicorp/terraform-provider-azurerm/issues/19953",
        passes=Sketch(one=_parameter(), rule=_firewall(depends_on=["one"])),
        fails=Sketch(one=_parameter(), rule=_firewall()),
    ),
)

ADMINISTRATORS_IN_PLAN: Final = (
    Fits(
        id="postgres.administrator-without-entra",
        of=tokens.SERVER_ADMINISTRATOR,
        path="serverName",
        to=(tokens.SERVER,),
        fits=_takes_entra,
        says="only a server with authConfig.activeDirectoryAuth Enabled has Microsoft Entra administrators",
        remedy="Set activeDirectoryAuth Enabled on '{other}'",
        source=_ENTRA,
        passes=Sketch(server=_WITH_ENTRA, one=_administrator()),
        fails=Sketch(server=server(authConfig={"activeDirectoryAuth": "Disabled"}), one=_administrator()),
    ),
    Fits(
        id="postgres.administrator-of-another-tenant",
        of=tokens.SERVER_ADMINISTRATOR,
        path="tenantId",
        to=(tokens.SERVER,),
        fits=_has_its_tenant,
        says="administrators are of the tenant that the server's authConfig names",
        remedy="Give '{this}' the tenantId of '{other}'",
        source=_ENTRA,
        passes=Sketch(server=_WITH_ENTRA, one=_administrator()),
        fails=Sketch(server=_WITH_ENTRA, one=_administrator(tenantId=_GUID.replace("1", "2"))),
    ),
    Fits(
        id="postgres.administrator-of-another-type",
        of=tokens.SERVER_ADMINISTRATOR,
        path="principalType",
        along="objectId",
        to=(tokens.IDENTITY, "azuread:index/servicePrincipal:ServicePrincipal"),
        fits=_is_a_service_principal,
        says="a managed identity is of the principalType ServicePrincipal",
        remedy="Write principal_type='ServicePrincipal' for '{this}'; '{other}' is one",
        source=_ADMINISTRATORS,
        passes=Sketch(
            id=identity(), one=_administrator(objectId=Ref("id", "principal_id"), principalType="ServicePrincipal")
        ),
        fails=Sketch(id=identity(), one=_administrator(objectId=Ref("id", "principal_id"), principalType="User")),
    ),
    OneOfAKind(
        id="postgres.two-administrators-of-one-name",
        of=tokens.SERVER_ADMINISTRATOR,
        path="principalName",
        key=_name_key,
        says="an administrator's name is the name of its login, which a server has once",
        remedy="Give '{this}' the name of its own principal; '{other}' has this one",
        source=_ADMINISTRATORS,
        passes=Sketch(
            one=_administrator(), two=_administrator(objectId=_GUID.replace("1", "2"), principalName="others")
        ),
        fails=Sketch(one=_administrator(), two=_administrator(objectId=_GUID.replace("1", "2"))),
    ),
    LeadsTo(
        id="postgres.administrator-by-another-output",
        of=tokens.SERVER_ADMINISTRATOR,
        path="objectId",
        to=(tokens.IDENTITY,),
        output="principal_id",
        others={"azuread:index/servicePrincipal:ServicePrincipal": ("object_id",)},
        says="an administrator is named by its object id, which for a managed identity is principal_id",
        remedy="Pass `principal_id`; this is another output of '{other}'",
        source=_ADMINISTRATORS,
        passes=Sketch(id=identity(), one=_administrator(objectId=Ref("id", "principal_id"))),
        fails=Sketch(id=identity(), one=_administrator(objectId=Ref("id", "client_id"))),
    ),
)

DATABASES_IN_PLAN: Final = (
    Fits(
        id="postgres.database-of-a-replica",
        of=tokens.DATABASE,
        path="serverName",
        to=(tokens.SERVER,),
        fits=_is_no_replica,
        says="a replica only reads; it gets its databases from its primary",
        remedy="Make '{this}' on the primary of '{other}'",
        source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-read-replicas",
        passes=Sketch(server=server(), base=_database()),
        fails=Sketch(server=server(createMode="Replica"), base=_database()),
    ),
)
