"""Rules over the plan on environments: the subnet that they stand in, and what their network leaves free."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    APPS_DELEGATION,
    Sketched,
    endpoint,
    environment,
    group,
    identity,
    network,
    subnet,
    workspace,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.ranges import network_of
from local_cloud.server.plan.rules import Fits, LeadsTo, OneOfAKind, Together
from local_cloud.services.container_apps.rules.secrets import DOCS
from local_cloud.services.network.rules.addresses_in_plan import ranges_of, share_addresses, spaces_of
from local_cloud.services.network.rules.endpoints_in_plan import delegations
from local_cloud.services.network.rules.subnets import KEPT_BY_CONTAINER_APPS

_NETWORKS: Final = f"{DOCS}/custom-virtual-networks"
_SUBNET: Final = "vnetConfiguration.infrastructureSubnetId"
_LONGEST_WITH_PROFILES: Final = 27
_LONGEST_WITHOUT: Final = 23
_OTHERS: Final = {tokens.ENDPOINT: "subnet.id", tokens.SERVER: "network.delegatedSubnetResourceId"}


def has_profiles(plan: Plan, environment_: Planned) -> bool:
    """Whether an environment has workload profiles; one without is of the older kind, consumption only."""
    return bool(plan.read(environment_).get("workloadProfiles"))


def _is_delegated_as_its_kind_asks(plan: Plan, one: Planned, subnet_: Planned) -> bool:
    wanted: set[str] = {APPS_DELEGATION.lower()} if has_profiles(plan, one) else set()
    return delegations(plan, subnet_) == wanted


def _is_large_enough(plan: Plan, one: Planned, subnet_: Planned) -> bool:
    longest = _LONGEST_WITH_PROFILES if has_profiles(plan, one) else _LONGEST_WITHOUT
    ranges = [network_of(each) for each in ranges_of(plan, subnet_)]
    return all(each is None or each.version != 4 or each.prefixlen <= longest for each in ranges)


def _keeps_off_reserved_ranges(plan: Plan, _one: Planned, subnet_: Planned) -> bool:
    return not share_addresses(ranges_of(plan, subnet_), list(KEPT_BY_CONTAINER_APPS))


def _leaves_the_network_free(*names: str) -> Callable[[Plan, Planned, Planned], bool]:
    def free(plan: Plan, one: Planned, subnet_: Planned) -> bool:
        network_ = plan.parent(subnet_, tokens.NETWORK)
        own = [str(each) for name in names for each in plan.keys(one, f"vnetConfiguration.{name}")]
        return network_ is None or not share_addresses(own, spaces_of(plan, network_))

    return free


def _others_in_its_subnet(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    mine = {plan.identity(found): each for each in plan.of(tokens.ENVIRONMENT) if (found := _of(plan, each, _SUBNET))}
    for token, path in _OTHERS.items():
        for each in plan.of(token):
            found = _of(plan, each, path)
            if found is not None and plan.identity(found) in mine:
                yield each, mine[plan.identity(found)]


def _of(plan: Plan, resource: Planned, path: str) -> Planned | None:
    found = plan.target(resource, path, tokens.SUBNET)
    return found if isinstance(found, Planned) else None


def _infrastructure_group(plan: Plan, one: Planned) -> Hashable | None:
    return plan.known(one, "infrastructureResourceGroup")


def _group_is_there(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    groups = {each.inputs.get("resourceGroupName"): each for each in plan.of(tokens.RESOURCE_GROUP)}
    by_name = {name.casefold(): each for name, each in groups.items() if isinstance(name, str)}
    for each in plan.of(tokens.ENVIRONMENT):
        name = each.inputs.get("infrastructureResourceGroup")
        if isinstance(name, str) and name.casefold() in by_name:
            yield each, by_name[name.casefold()]


def _with_another_key(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    at = "appLogsConfiguration.logAnalyticsConfiguration"
    for each in plan.of(tokens.ENVIRONMENT):
        named, opened = (plan.origin_at(each, f"{at}.{name}", tokens.WORKSPACE) for name in ("customerId", "sharedKey"))
        if named is not None and opened is not None and named is not opened:
            yield each, opened


def _logging(key: str) -> Sketch:
    logs = {"customerId": Ref("logs", "customer_id"), "sharedKey": Ref(key, None)}
    return Sketch(
        logs=workspace(),
        other=workspace(workspaceName="log-other"),
        environment=environment(appLogsConfiguration={"logAnalyticsConfiguration": logs}),
    )


def _in(prefix: str, delegated: str | None, *, profiles: bool = True, **inputs: Any) -> Sketch:
    vnet = {"infrastructureSubnetId": Ref("apps"), **inputs.pop("vnetConfiguration", {})}
    others = {"workloadProfiles": None} if not profiles else {}
    return Sketch(
        network=network(space=inputs.pop("space", "10.10.0.0/16"), location=inputs.pop("region", "westeurope")),
        apps=subnet("snet-apps", prefix, delegated),
        environment=environment(vnetConfiguration=vnet, **others, **inputs),
    )


def _shared(other: Sketched) -> Sketch:
    return Sketch(
        apps=subnet("snet-apps", "10.10.0.0/23"),
        other=subnet("snet-other", "10.10.4.0/23"),
        environment=environment(workloadProfiles=None, vnetConfiguration={"infrastructureSubnetId": Ref("apps")}),
        neighbour=other,
    )


def _in_subnet(id: str, fits: Any, *, source: str = _NETWORKS, **told: Any) -> Fits:  # noqa: A002  the rule's own word
    """A rule on an environment and its subnet."""
    return Fits(
        id=f"container_apps.environment-{id}",
        of=tokens.ENVIRONMENT,
        path=_SUBNET,
        along=_SUBNET,
        to=(tokens.SUBNET,),
        fits=fits,
        source=source,
        **told,
    )


ENVIRONMENTS_IN_PLAN: Final = (
    _in_subnet(
        "subnet-delegation",
        _is_delegated_as_its_kind_asks,
        says="an environment with workload profiles stands in a subnet that is delegated to Microsoft.App/environments, one without in a "
        "subnet that is not delegated",
        remedy="Delegate '{other}' to Microsoft.App/environments and give '{this}' workloadProfiles, or neither",
        passes=_in("10.10.0.0/23", APPS_DELEGATION),
        fails=_in("10.10.0.0/23", None),
    ),
    _in_subnet(
        "subnet-too-small",
        _is_large_enough,
        says=f"the subnet of an environment is /{_LONGEST_WITH_PROFILES} or larger with workload profiles, "
        f"/{_LONGEST_WITHOUT} or larger without",
        remedy="Give '{other}' a shorter prefix",
        passes=_in("10.10.0.0/23", None, profiles=False),
        fails=_in("10.10.0.0/24", None, profiles=False),
        source=f"{_NETWORKS}#subnet",
    ),
    _in_subnet(
        "subnet-in-a-reserved-range",
        _keeps_off_reserved_ranges,
        says=f"the subnet of an environment keeps off {', '.join(KEPT_BY_CONTAINER_APPS)}",
        remedy="Give '{other}' another range",
        passes=_in("10.10.0.0/23", None, profiles=False),
        fails=_in("172.30.0.0/23", None, profiles=False, space="172.30.0.0/16"),
        source=f"{_NETWORKS}#subnet",
    ),
    _in_subnet(
        "in-another-region",
        in_one_region,
        says="an environment is in the region of its network",
        remedy="Give '{this}' the location of the network of '{other}'",
        passes=_in("10.10.0.0/23", APPS_DELEGATION),
        fails=_in("10.10.0.0/23", APPS_DELEGATION, region="northeurope"),
    ),
    _in_subnet(
        "platform-range-in-its-network",
        _leaves_the_network_free("platformReservedCidr", "dockerBridgeCidr"),
        says="the ranges that the platform keeps (platformReservedCidr, dockerBridgeCidr) are outside the network of the environment",
        remedy="Choose a range that the network of '{other}' does not hold",
        passes=_in("10.10.0.0/23", None, profiles=False, vnetConfiguration={"platformReservedCidr": "10.200.0.0/16"}),
        fails=_in("10.10.0.0/23", None, profiles=False, vnetConfiguration={"platformReservedCidr": "10.10.128.0/17"}),
        source="https://learn.microsoft.com/azure/templates/microsoft.app/2025-02-02-preview/managedenvironments",
    ),
    OneOfAKind(
        id="container_apps.environments-in-one-subnet",
        of=tokens.ENVIRONMENT,
        path=_SUBNET,
        key=lambda plan, each: plan.key(each, _SUBNET),
        says="a subnet holds one environment (ManagedEnvironmentSubnetInUse)",
        remedy="Give '{this}' a subnet of its own; '{other}' has this one",
        source=_NETWORKS,
        passes=Sketch(
            apps=subnet("snet-apps", "10.10.0.0/23", APPS_DELEGATION),
            one=environment(vnetConfiguration={"infrastructureSubnetId": Ref("apps")}),
            two=environment("cae-other"),
        ),
        fails=Sketch(
            apps=subnet("snet-apps", "10.10.0.0/23", APPS_DELEGATION),
            one=environment(vnetConfiguration={"infrastructureSubnetId": Ref("apps")}),
            two=environment("cae-other", vnetConfiguration={"infrastructureSubnetId": Ref("apps")}),
        ),
    ),
    Together(
        id="container_apps.environment-shares-its-subnet",
        of=tokens.ENVIRONMENT,
        also=tuple(_OTHERS),
        path=_SUBNET,
        test=_others_in_its_subnet,
        says="the subnet of an environment is its own; no endpoint and no server stands in it",
        remedy="Put '{this}' into another subnet than '{other}'",
        source=_NETWORKS,
        passes=_shared(endpoint(subnet={"id": Ref("other")})),
        fails=_shared(endpoint(subnet={"id": Ref("apps")})),
    ),
    OneOfAKind(
        id="container_apps.infrastructure-group-twice",
        of=tokens.ENVIRONMENT,
        path="infrastructureResourceGroup",
        key=_infrastructure_group,
        says="each environment has an infrastructure resource group of its own",
        remedy="Name another group for '{this}' than for '{other}'",
        source=f"{_NETWORKS}#managed-resources",
        passes=Sketch(
            one=environment(infrastructureResourceGroup="rg-a"),
            two=environment("cae-b", infrastructureResourceGroup="rg-b"),
        ),
        fails=Sketch(
            one=environment(infrastructureResourceGroup="rg-a"),
            two=environment("cae-b", infrastructureResourceGroup="RG-A"),
        ),
    ),
    Together(
        id="container_apps.infrastructure-group-of-the-program",
        of=tokens.ENVIRONMENT,
        path="infrastructureResourceGroup",
        test=_group_is_there,
        says="Container Apps make the infrastructure resource group; it must not be there before",
        remedy="Name a group for '{this}' that nobody makes; '{other}' is one of the program",
        source=f"{_NETWORKS}#managed-resources",
        passes=Sketch(group=group(), environment=environment(infrastructureResourceGroup="rg-platform")),
        fails=Sketch(group=group("rg-platform"), environment=environment(infrastructureResourceGroup="rg-platform")),
    ),
    LeadsTo(
        id="container_apps.environment-in-something-else",
        of=tokens.ENVIRONMENT,
        path=_SUBNET,
        to=(tokens.SUBNET,),
        says="an environment stands in a subnet, by the subnet's id",
        remedy="Pass the `id` of a Subnet, not of '{other}'",
        source=_NETWORKS,
        passes=_in("10.10.0.0/23", APPS_DELEGATION),
        fails=Sketch(
            network=network(), environment=environment(vnetConfiguration={"infrastructureSubnetId": Ref("network")})
        ),
    ),
    LeadsTo(
        id="container_apps.logs-to-something-else",
        of=tokens.ENVIRONMENT,
        path="appLogsConfiguration.logAnalyticsConfiguration.customerId",
        to=(tokens.WORKSPACE,),
        output="customer_id",
        says="logs go to a workspace by its customer_id, not by its ARM id",
        remedy="Pass the `customer_id` of a Workspace; this comes from '{other}'",
        source=f"{DOCS}/log-options",
        passes=Sketch(
            logs=workspace(),
            environment=environment(
                appLogsConfiguration={"logAnalyticsConfiguration": {"customerId": Ref("logs", "customer_id")}}
            ),
        ),
        fails=Sketch(
            logs=workspace(),
            environment=environment(appLogsConfiguration={"logAnalyticsConfiguration": {"customerId": Ref("logs")}}),
        ),
    ),
    LeadsTo(
        id="container_apps.environment-identity-of-another-kind",
        of=tokens.ENVIRONMENT,
        path="identity.userAssignedIdentities[]",
        to=(tokens.IDENTITY,),
        says="identities are given by the id of a user-assigned identity",
        remedy="Pass the `id` of a UserAssignedIdentity; this comes from '{other}'",
        source=f"{DOCS}/managed-identity",
        passes=Sketch(
            identity=identity(), environment=environment(identity={"userAssignedIdentities": [Ref("identity")]})
        ),
        fails=Sketch(
            identity=identity(),
            environment=environment(identity={"userAssignedIdentities": [Ref("identity", "principal_id")]}),
        ),
    ),
    OneOfAKind(
        id="container_apps.domain-of-two-environments",
        of=tokens.ENVIRONMENT,
        path="customDomainConfiguration.dnsSuffix",
        key=lambda plan, each: plan.key(each, "customDomainConfiguration.dnsSuffix"),
        says="a DNS suffix belongs to one environment",
        remedy="Give '{this}' another suffix than '{other}' has",
        source=f"{DOCS}/environment-custom-dns-suffix",
        passes=Sketch(
            one=environment(customDomainConfiguration={"dnsSuffix": "a.ecent.online"}),
            two=environment("cae-two", customDomainConfiguration={"dnsSuffix": "b.ecent.online"}),
        ),
        fails=Sketch(
            one=environment(customDomainConfiguration={"dnsSuffix": "a.ecent.online"}),
            two=environment("cae-two", customDomainConfiguration={"dnsSuffix": "a.ecent.online"}),
        ),
    ),
    Together(
        id="container_apps.logs-with-another-workspaces-key",
        of=tokens.ENVIRONMENT,
        path="appLogsConfiguration.logAnalyticsConfiguration.sharedKey",
        test=_with_another_key,
        says="the customerId and the sharedKey of an environment's logs are of one workspace",
        remedy="Take the key of the workspace that customerId names, not of '{other}'",
        source=f"{DOCS}/log-options",
        passes=_logging("logs"),
        fails=_logging("other"),
    ),
)
