"""Schemas are read from the SDKs by a process of their own, and are the same as if they had been read here."""

import subprocess
import sys

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.server.schemas import reading as schemas
from local_cloud.server.schemas import schema, sdk
from local_cloud.server.schemas.schema import Object, SdkClass

TYPES = [resource_type for package in PACKAGES for resource_type in package.types]
VAULT = ("pulumi_azure_native.keyvault", "Vault")


def _by_python(module, argument):
    return subprocess.run([sys.executable, "-m", module, argument], stdout=subprocess.PIPE, check=True).stdout


def _in_vain(module, argument):
    raise OSError("no such process")


@pytest.fixture
def nothing_found(monkeypatch):
    monkeypatch.setattr(schemas, "_SCHEMAS", {})
    monkeypatch.setattr(schema, "_PROPERTIES", {})


@pytest.fixture(scope="module")
def read_elsewhere():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "_SCHEMAS", {})
        patch.setattr(schema, "_PROPERTIES", {})
        schemas.read_elsewhere((each.sdk for each in TYPES), _by_python).join()
        return schemas._SCHEMAS, schema._PROPERTIES


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda each: each.token)
def test_a_schema_from_the_other_process_is_the_one_that_is_read_here(read_elsewhere, resource_type):
    cls = SdkClass(*resource_type.sdk)
    assert read_elsewhere[0][cls] == sdk.schema_of(cls)


def test_nested_properties_come_from_the_other_process_too(read_elsewhere):
    properties = read_elsewhere[1]
    assert len(properties) > 500
    assert all(properties[cls] == sdk.properties_of(cls) for cls in properties)


def test_what_the_other_process_cannot_read_is_read_here(nothing_found, capsys):
    schemas.read_elsewhere([VAULT], _in_vain).join()
    assert "no such process" in capsys.readouterr().err
    properties = schemas.schema_of(*VAULT).inputs["properties"].type
    assert isinstance(properties, Object)
    assert "tenantId" in properties.properties


def test_the_process_that_asks_imports_no_sdk():
    program = """
import sys
from local_cloud.language_host import LanguageHost
from local_cloud.catalog import PACKAGES, read_schemas
host = LanguageHost()
host.start()
read_schemas(host.run_module)
for package in PACKAGES:
    for resource_type in package.types:
        for rule in resource_type.all_rules:
            assert resource_type.schema.inputs
from local_cloud.server.schemas.reading import NotInSdkError, results_of, schema_of
assert "sku" in schema_of("pulumi_azure_native.web", "AppServicePlan").inputs
assert "location" in results_of("pulumi_azure_native.cdn", "get_profile")
for absent in ("NoSuchThing", "get_profile_of_nobody"):
    try:
        schema_of("pulumi_azure_native.web", absent)
    except NotInSdkError:
        continue
    raise AssertionError(absent)
host.stop()
print([name for name in sys.modules if name.startswith(("pulumi_", "pulumiverse_"))])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
