"""What every azure-native type asks of names in a plan: each is used once, and a child lies where its parent is."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import OneOfAKind, PlanRule

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
