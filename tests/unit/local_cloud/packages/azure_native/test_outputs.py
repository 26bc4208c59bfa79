"""What azure-native types add to their inputs once they exist."""

import base64
import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from local_cloud.server.generic.outputs import before_service
from local_cloud.server.resource_types.resource import Refusal
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.wire import UNKNOWN
from local_cloud.services.container_apps.types.app_certificate import Certificate
from local_cloud.services.container_apps.types.app_container_app import ContainerApp
from local_cloud.services.container_apps.types.app_managed_environment import ManagedEnvironment
from local_cloud.services.identity.types.authorization_role_assignment import RoleAssignment
from local_cloud.services.identity.types.managedidentity_user_assigned_identity import UserAssignedIdentity
from local_cloud.services.key_vault.types.keyvault_key import Key
from local_cloud.services.key_vault.types.keyvault_secret import Secret
from local_cloud.services.monitoring.types.operationalinsights_workspace import Workspace
from local_cloud.services.network.types.network_virtual_network import VirtualNetwork
from local_cloud.services.postgres.types.dbforpostgresql_server import Server
from local_cloud.services.resource_groups.types.resources_resource_group import ResourceGroup
from tests.support.property_values import patched
from tests.support.recorded_cloud import RecordedCloud, call_for


def _made(resource_type, cloud=None, **patch):
    return resource_type.create(call_for(resource_type.token, cloud=cloud), patched(resource_type.example, patch))


def test_an_app_is_reached_below_the_domain_of_its_environment():
    cloud = RecordedCloud()
    environment = _made(ManagedEnvironment(), cloud)
    app = _made(ContainerApp(), cloud, environmentId=environment.id.upper())
    assert (
        app.outputs["configuration"]["ingress"]["fqdn"] == f"ca-ignition-dev-api.{environment.outputs['defaultDomain']}"
    )


def test_an_app_that_only_its_environment_reaches_has_an_internal_name():
    cloud = RecordedCloud()
    environment = _made(ManagedEnvironment(), cloud)
    app = _made(ContainerApp(), cloud, environmentId=environment.id, **{"configuration.ingress.external": False})
    assert app.outputs["configuration"]["ingress"]["fqdn"].startswith("ca-ignition-dev-api.internal.")


def test_an_app_whose_environment_nobody_knows_has_no_name():
    assert "fqdn" not in _made(ContainerApp()).outputs["configuration"]["ingress"]


def test_a_changed_template_makes_a_revision_of_another_name():
    first = _made(ContainerApp()).outputs["latestRevisionName"]
    second = _made(ContainerApp(), **{"template.scale.maxReplicas": 7}).outputs["latestRevisionName"]
    assert first != second
    assert _made(ContainerApp()).outputs["latestRevisionName"] == first


def test_the_identity_of_an_app_has_the_ids_that_the_identity_itself_tells():
    cloud = RecordedCloud()
    identity = _made(UserAssignedIdentity(), cloud)
    assigned = {"identity.userAssignedIdentities": [identity.id]}
    app = _made(ContainerApp(), cloud, **assigned)
    told = app.outputs["identity"]["userAssignedIdentities"][identity.id]
    assert told == {name: identity.outputs[name] for name in ("principalId", "clientId")}


def test_identities_that_are_not_known_yet_are_unknown_as_a_whole():
    inputs = patched(ContainerApp.example, {"identity.userAssignedIdentities": ["/id/one"]})
    inputs["identity"]["userAssignedIdentities"].append(UNKNOWN)
    assert before_service(ContainerApp(), inputs, missing=UNKNOWN)["identity"]["userAssignedIdentities"] is UNKNOWN


def test_a_secret_keeps_its_version_until_it_changes():
    cloud = RecordedCloud()
    first = _made(Secret(), cloud).outputs["properties"]
    again = _made(Secret(), cloud).outputs["properties"]
    other = _made(Secret(), cloud, **{"properties.value": "another"}).outputs["properties"]
    assert again == first
    assert other["secretUriWithVersion"] != first["secretUriWithVersion"]
    assert other["secretUri"] == first["secretUri"] == "https://kv-ignition-dev.vault.azure.net/secrets/DATABASE-URL"
    assert other["attributes"]["created"] == first["attributes"]["created"]


def test_the_value_of_a_secret_is_not_among_its_outputs():
    assert "value" not in _made(Secret()).outputs["properties"]
    assert before_service(Secret(), Secret.example, missing=UNKNOWN)["properties"]["value"] is UNKNOWN


def test_a_key_keeps_its_version_whatever_is_asked_later():
    cloud = RecordedCloud()
    first = _made(Key(), cloud)
    assert (
        _made(Key(), cloud, **{"properties.keyOps": ["sign"]}).outputs["keyUriWithVersion"]
        == (first.outputs["keyUriWithVersion"])
    )


def test_a_resource_without_location_stands_where_its_group_stands():
    cloud = RecordedCloud()
    _made(ResourceGroup(), cloud, location="swedencentral")
    assert _made(Workspace(), cloud, location=None).outputs["location"] == "swedencentral"


def test_the_configured_location_comes_before_that_of_the_group():
    call = call_for(Workspace.token)
    call = Call(call.cloud, call.urn, {**call.config, "location": "uksouth"})
    assert Workspace().create(call, patched(Workspace.example, {"location": None})).outputs["location"] == "uksouth"


def test_the_api_version_is_the_one_that_the_sdk_documents():
    assert _made(Server()).outputs["azureApiVersion"] == "2025-08-01"


def test_a_server_tells_its_host_before_it_exists():
    before = before_service(Server(), Server.example, missing=UNKNOWN)
    assert before["fullyQualifiedDomainName"] == "psql-ignition-dev.postgres.database.azure.com"


def test_subnets_that_come_with_a_network_have_ids():
    network = _made(VirtualNetwork())
    assert [each["id"] for each in network.outputs["subnets"]] == [f"{network.id}/subnets/snet-apps"]


def test_the_made_up_name_of_a_role_assignment_is_a_guid():
    name = RoleAssignment().invent_name("api-reads-secrets", "0123456789abcdef" * 4)
    assert name == "01234567-89ab-4def-8123-456789abcdef"


@pytest.fixture(scope="module")
def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.ecent.online")])
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("api.ecent.online")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return built, key


def _certificate_from(content, **more):
    value = base64.b64encode(content).decode()
    return _made(Certificate(), properties={"value": value, **more}).outputs["properties"]


def test_a_pem_certificate_is_read(certificate):
    built, _ = certificate
    told = _certificate_from(built.public_bytes(serialization.Encoding.PEM))
    assert told["thumbprint"] == built.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303  Azure's own form of thumbprints
    assert told["subjectAlternativeNames"] == ["api.ecent.online"]
    assert "value" not in told


def test_a_pfx_certificate_is_read_with_its_password(certificate):
    built, key = certificate
    encryption = serialization.BestAvailableEncryption(b"word")
    told = _certificate_from(
        pkcs12.serialize_key_and_certificates(b"api", key, built, None, encryption), password="word"
    )
    assert told["subjectName"] == "CN=api.ecent.online"


def test_what_is_no_certificate_is_refused():
    with pytest.raises(Refusal, match="holds no certificate"):
        _certificate_from(b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
