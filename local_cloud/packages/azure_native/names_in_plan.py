"""What every azure-native type asks of names in a plan: each is used once, and a child lies where its parent is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local_cloud.packages.azure_native.shared import EXAMPLE_GROUP, NAME_RULES
from local_cloud.server.plan.examples import DEPENDS_ON, Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import OneOfAKind, PlanRule
from local_cloud.server.plan.subscriptions import literal_ids

_GROUP: Final = "azure-native:resources:ResourceGroup"
_GLOBAL_NAMES: Final = frozenset({"vaultName", "serverName", "registryName"})
_PARENTS: Final = {
    "environmentName": "azure-native:app:ManagedEnvironment",
    "privateEndpointName": "azure-native:network:PrivateEndpoint",
    "privateZoneName": "azure-native:privatedns:PrivateZone",
    "resourceName": "azure-native:managedidentity:UserAssignedIdentity",
    "serverName": "azure-native:dbforpostgresql:Server",
    "vaultName": "azure-native:keyvault:Vault",
    "virtualNetworkName": "azure-native:network:VirtualNetwork",
}
_NOUNS: Final = {
    "environmentName": "environment",
    "privateEndpointName": "private endpoint",
    "privateZoneName": "private zone",
    "resourceName": "identity",
    "serverName": "server",
    "vaultName": "vault",
    "virtualNetworkName": "virtual network",
}


def _kind(token: str) -> str:
    return token.removeprefix("azure-native:").replace(":", ".")


def _key(plan: Plan, resource: Planned) -> Hashable | None:
    identity = plan.identity(resource)
    # A name that the provider makes up, and what hangs on it, is another one each time.
    return None if identity is None else (resource.provider, identity)


def made_once(token: str, name: str, example: Mapping[str, Any]) -> OneOfAKind:
    """The rule that no two resources of a type have one ARM id; ids are compared without case."""

    def sketch(first: str, second: str) -> Sketch:
        return Sketch(one=(token, {**example, name: first}), two=(token, {**example, name: second}))

    return OneOfAKind(
        id=f"{_kind(token)}-twice",
        of=token,
        path=name,
        key=_key,
        says="a name is used once in its scope, whatever its case",
        remedy="Give '{this}' a name of its own, or declare '{other}' alone",
        source=NAME_RULES,
        passes=sketch("first", "second"),
        fails=sketch("Same", "same"),
    )


@dataclass(frozen=True, kw_only=True)
class InItsParent(PlanRule):
    """A child is given its parent's name and the resource group that the parent is in; `name` is the property with the former."""

    name: str

    def broken(self, plan: Plan) -> Iterator[tuple[Planned, Planned]]:
        """Every child that is given another output than a name, or another group than its parent's."""
        wanted = _PARENTS[self.name]
        named: dict[str, list[Planned]] = {}
        for parent in plan.of(wanted):
            named.setdefault(str(parent.inputs.get(self.name)).casefold(), []).append(parent)
        for child in plan.of(self.of):
            origin = child.origins.get(self.name)
            if origin is None:
                yield from self._by_global_name(plan, child, named)
            elif origin.attribute is not None and (parent := plan.by_urn.get(origin.resources[0])) is not None:
                if parent.token not in plan.types:
                    continue
                if parent.token != wanted or origin.attribute != "name" or _elsewhere(plan, child, parent):
                    yield child, parent

    def _by_global_name(
        self, plan: Plan, child: Planned, named: Mapping[str, list[Planned]]
    ) -> Iterator[tuple[Planned, Planned]]:
        text = child.inputs.get(self.name)
        if self.name in _GLOBAL_NAMES and isinstance(text, str):
            parents = named.get(text.casefold(), [])
            if parents and all(_elsewhere(plan, child, each) for each in parents):
                yield child, parents[0]

    def _values(self, resource: Planned, other: Planned, where: str) -> str:
        return f"'{self.name}' of {resource} comes from {other}{where}"


def _elsewhere(plan: Plan, child: Planned, parent: Planned) -> bool:
    place, identity = plan.place(child), plan.identity(parent)
    return None not in (place, identity) and place != identity and child.provider == parent.provider


def in_its_parent(token: str, name: str, example: Mapping[str, Any]) -> InItsParent:
    """The rule for one type of children; `name` is the property with the parent's name."""
    noun, parent = _NOUNS[name], _PARENTS[name]

    def sketch(group: str, output: str = "name") -> Sketch:
        above = (parent, {"resourceGroupName": "rg-ignition-dev", name: "parent"})
        return Sketch(above=above, child=(token, {**example, "resourceGroupName": group, name: Ref("above", output)}))

    return InItsParent(
        id=f"{_kind(token)}-not-in-its-parent",
        of=token,
        path=name,
        name=name,
        says=f"it is given the name of its {noun}, and the resource group that the {noun} is in (ParentResourceNotFound)",
        remedy="Write the `name` of its parent here, and the parent's resource group into resourceGroupName of '{this}'",
        source="https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-parent-resource",
        passes=sketch("RG-Ignition-Dev"),
        fails=sketch("rg-other"),
    )


def _named(plan: Plan, resource: Planned) -> Iterable[Planned]:
    """What a resource of the plan names by a text: its group, what it lies in, and whatever it names by a whole ARM id."""
    group = resource.inputs.get("resourceGroupName")
    identities = [f"/resourcegroups/{group.casefold()}"] if isinstance(group, str) else []
    place = plan.place(resource)
    identities += [place] if place is not None else []
    identities += literal_ids(resource.inputs)
    found = [plan.by_identity(each, resource) for each in dict.fromkeys(identities)]
    return [each for each in found if each is not None and not each.declared_by and each.provider == resource.provider]


def after_what_it_names(token: str, parameters: Sequence[str], example: Mapping[str, Any]) -> After:
    """The rule that what a resource names by a text, without a reference, is there before."""
    names = "resourceGroupName" if "resourceGroupName" in example else parameters[0]
    group = EXAMPLE_GROUP.rsplit("/", 1)[-1]
    given = {**example, names: group if names == "resourceGroupName" else EXAMPLE_GROUP}
    made = (_GROUP, {"resourceGroupName": group, "location": "westeurope"})
    return After(
        id=f"{_kind(token)}-before-what-it-names",
        of=token,
        path=names,
        needs=_named,
        says="what is named by a text is no dependency; it must be there before (ResourceGroupNotFound, ParentResourceNotFound, "
        "ResourceNotFound)",
        remedy="Pass the name or id as an output of '{other}', or write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://www.pulumi.com/docs/iac/concepts/options/dependson/",
        passes=Sketch(group=made, one=(token, {**given, DEPENDS_ON: ["group"]})),
        fails=Sketch(group=made, one=(token, given)),
    )


def global_name(token: str, name: str) -> OneOfAKind:
    """The rule that a name is used once in all of Azure, for services whose host names are made of it."""

    def key(plan: Plan, resource: Planned) -> Hashable | None:
        return plan.key(resource, name)

    def sketch(first: str, second: str) -> Sketch:
        return Sketch(
            one=(token, {"resourceGroupName": "rg-one", name: first}),
            two=(token, {"resourceGroupName": "rg-two", name: second}),
        )

    return OneOfAKind(
        id=f"{_kind(token)}-name-taken",
        of=token,
        path=name,
        key=key,
        says="the name makes a host name, so it is used once in all of Azure, whatever its case, resource group and subscription",
        remedy="Give '{this}' another name than '{other}' has",
        source=NAME_RULES,
        passes=sketch("first-name", "second-name"),
        fails=sketch("Same-name", "same-name"),
    )
