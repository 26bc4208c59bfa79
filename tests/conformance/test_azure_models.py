"""azure-native types against Azure's own management models, which know nothing of Pulumi."""

import importlib

import pytest

from local_cloud.packages.azure_native.package import PACKAGE
from tests.conformance.azure_differences import DIFFERENCES
from tests.support.azure_models import Difference, compared, create_only_paths

MODELS = {
    "app:Certificate": "appcontainers.models.Certificate",
    "app:ContainerApp": "appcontainers.models.ContainerApp",
    "app:Job": "appcontainers.models.Job",
    "app:ManagedCertificate": "appcontainers.models.ManagedCertificate",
    "app:ManagedEnvironment": "appcontainers.models.ManagedEnvironment",
    "authorization:RoleAssignment": "authorization.v2022_04_01.models.RoleAssignmentCreateParameters",
    "containerregistry:Registry": "containerregistry.models.Registry",
    "dbforpostgresql:AdministratorsMicrosoftEntra": "postgresqlflexibleservers.models.AdministratorMicrosoftEntraAdd",
    "dbforpostgresql:Configuration": "postgresqlflexibleservers.models.Configuration",
    "dbforpostgresql:Database": "postgresqlflexibleservers.models.Database",
    "dbforpostgresql:FirewallRule": "postgresqlflexibleservers.models.FirewallRule",
    "dbforpostgresql:Server": "postgresqlflexibleservers.models.Server",
    "keyvault:Key": "keyvault.models.KeyCreateParameters",
    "keyvault:Secret": "keyvault.models.SecretCreateOrUpdateParameters",
    "keyvault:Vault": "keyvault.models.VaultCreateOrUpdateParameters",
    "managedidentity:FederatedIdentityCredential": "msi.v2024_11_30.models.FederatedIdentityCredential",
    "managedidentity:UserAssignedIdentity": "msi.v2024_11_30.models.Identity",
    "monitor:ActionGroup": "monitor.models.ActionGroupResource",
    "monitor:MetricAlert": "monitor.models.MetricAlertResource",
    "monitor:ScheduledQueryRule": "monitor.models.ScheduledQueryRuleResource",
    "network:NetworkSecurityGroup": "network.models.NetworkSecurityGroup",
    "network:PrivateDnsZoneGroup": "network.models.PrivateDnsZoneGroup",
    "network:PrivateEndpoint": "network.models.PrivateEndpoint",
    "network:Subnet": "network.models.Subnet",
    "network:VirtualNetwork": "network.models.VirtualNetwork",
    "operationalinsights:Workspace": "loganalytics.models.Workspace",
    "privatedns:PrivateZone": "privatedns.models.PrivateZone",
    "privatedns:VirtualNetworkLink": "privatedns.models.VirtualNetworkLink",
}
# No distribution with a model of these is among the development dependencies.
WITHOUT_MODEL = {
    "authorization:ManagementLockByScope",
    "consumption:Budget",
    "monitor:DiagnosticSetting",
    "resources:ResourceGroup",
}
TYPES = {each.token.removeprefix("azure-native:"): each for each in PACKAGE.types}


def _model(name):
    module, _, cls = f"azure.mgmt.{MODELS[name]}".rpartition(".")
    return getattr(importlib.import_module(module), cls)


def _body(resource_type):
    """The inputs that travel in the body: all but the parameters of the path."""
    in_path = {"resourceGroupName", *resource_type.parameters}
    return {name: prop for name, prop in resource_type.schema.inputs.items() if name not in in_path}


def _differences(name):
    resource_type = TYPES[name]
    yield from compared(resource_type.token, _body(resource_type), _model(name))
    in_model = set(create_only_paths(_model(name), _body(resource_type)))
    here = ({*resource_type.create_only, *resource_type.immutable, "location"}) & _known(resource_type)
    for path in in_model - here:
        yield Difference(resource_type.token, path, "create-only in the model alone")
    for path in here - in_model:
        yield Difference(resource_type.token, path, "create-only here alone")


def _known(resource_type):
    return {"location"} & set(resource_type.schema.inputs) | {*resource_type.create_only, *resource_type.immutable}


def test_every_type_has_a_model_or_is_known_to_have_none():
    assert set(TYPES) == {*MODELS, *WITHOUT_MODEL}
    assert not set(MODELS) & WITHOUT_MODEL


@pytest.mark.parametrize("name", MODELS)
def test_every_difference_is_explained(name):
    unexplained = [each for each in _differences(name) if not any(entry.covers(each) for entry in DIFFERENCES)]
    assert unexplained == []


def test_every_explanation_explains_something():
    found = [each for name in MODELS for each in _differences(name)]
    assert [entry for entry in DIFFERENCES if not any(entry.covers(each) for each in found)] == []


def test_the_comparison_reaches_into_nested_models():
    found = [each.path for each in _differences("network:VirtualNetwork")]
    assert any(path.startswith("subnets[].networkSecurityGroup.") for path in found)
