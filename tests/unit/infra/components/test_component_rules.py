"""What holds for every component, however different they are."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pulumi
import pytest

import infra.components
from infra.components.access.identity import AppIdentity
from infra.components.access.oauth import OAuth
from infra.components.access.operators import Operators
from infra.components.apps.container_platform import ContainerPlatform
from infra.components.apps.registry import Registry
from infra.components.apps.service import Service
from infra.components.data.database import Database
from infra.components.data.database_access import DatabaseAccess
from infra.components.data.database_roles import DatabaseRoles
from infra.components.data.database_roles_app import DatabaseRolesApp
from infra.components.data.object_storage import ObjectStorage
from infra.components.edge.access import Access
from infra.components.edge.edge_secret import EdgeSecret
from infra.components.edge.host import Host
from infra.components.edge.zone import Zone
from infra.components.key_vault import KeyVault, VaultSecrets
from infra.components.network import Network
from infra.components.watch.alerts import Alerts
from infra.components.watch.diagnostics import Diagnostics
from infra.components.watch.monitoring import Monitoring
from tests.support.declared import Declared, Program, declare
from tests.unit.infra.components import examples

COMPONENTS: dict[type[pulumi.ComponentResource], Callable[[], Any]] = {
    Access: examples.access,
    Alerts: examples.alerts,
    AppIdentity: examples.identity,
    ContainerPlatform: examples.container_platform,
    Database: examples.database,
    DatabaseAccess: examples.database_access,
    DatabaseRoles: examples.database_roles,
    DatabaseRolesApp: examples.database_roles_app,
    Diagnostics: examples.diagnostics,
    EdgeSecret: examples.edge_secret,
    Host: examples.host,
    KeyVault: examples.key_vault,
    Monitoring: examples.monitoring,
    Network: examples.network,
    OAuth: examples.oauth,
    ObjectStorage: examples.object_storage,
    Operators: examples.operators,
    Registry: examples.registry,
    Service: examples.service,
    VaultSecrets: examples.vault_secrets,
    Zone: examples.zone,
}
_BUILD = sorted(COMPONENTS, key=lambda each: each.__name__)
# Types that Azure gives no tags, or that the SDK lets have none.
_UNTAGGED = frozenset(
    {
        "AdministratorsMicrosoftEntra", "Budget", "Configuration", "Database", "DiagnosticSetting", "ManagementLockByScope",
        "PrivateDnsZoneGroup", "RoleAssignment", "Subnet",
    }
)  # fmt: skip


def made(component: type[Any]) -> Program[Any]:
    return declare(lambda: component("part", COMPONENTS[component]()))


def component_itself(program: Program[Any]) -> Declared:
    return program.one("part")


def test_every_component_is_under_these_rules() -> None:
    modules = [
        import_module(each.name)
        for each in pkgutil.walk_packages(infra.components.__path__, "infra.components.")
        if not each.ispkg
    ]
    found = {
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, pulumi.ComponentResource) and member.__module__ == module.__name__
    }
    assert found == set(COMPONENTS)


@pytest.mark.parametrize("component", _BUILD)
def test_its_type_is_its_name(component: type[Any]) -> None:
    assert component_itself(made(component)).type == f"ignition:infra:{component.__name__}"


@pytest.mark.parametrize("component", _BUILD)
def test_everything_in_it_is_its_child_and_begins_with_its_name(component: type[Any]) -> None:
    program = made(component)
    itself = component_itself(program)
    strangers = [
        each.name
        for each in program.resources
        if each is not itself and not (each.parent == itself.urn and each.name.startswith("part-"))
    ]
    assert strangers == []


@pytest.mark.parametrize("component", _BUILD)
def test_urns_are_unique(component: type[Any]) -> None:
    urns = [each.urn for each in made(component).resources]
    assert len(urns) == len(set(urns))


@pytest.mark.parametrize("component", _BUILD)
def test_what_it_registers_is_what_it_declares(component: type[Any]) -> None:
    program = made(component)
    assert program.registered_outputs[component_itself(program).urn] <= set(inspect.get_annotations(component))
    assert {name for name in inspect.get_annotations(component) if getattr(program.result, name) is not None} == set(
        program.registered_outputs[component_itself(program).urn]
    )


@pytest.mark.parametrize("component", _BUILD)
def test_everything_that_takes_tags_has_them(component: type[Any]) -> None:
    untagged = [
        each.name
        for each in made(component).resources
        if each.type.startswith("azure-native:")
        and each.type.rsplit(":", 1)[-1] not in _UNTAGGED
        and each.inputs.get("tags") != examples.TAGS
    ]
    assert untagged == []


@pytest.mark.parametrize("component", _BUILD)
def test_it_is_previewed_while_nothing_is_known(component: type[Any]) -> None:
    assert declare(lambda: component("part", COMPONENTS[component]()), preview=True).resources


@pytest.mark.parametrize("component", _BUILD)
def test_it_is_documented(component: type[Any]) -> None:
    assert component.__doc__
    assert inspect.getmodule(component).__doc__
