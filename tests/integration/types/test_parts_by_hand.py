"""What a refresh says of parts that somebody changed by hand, where one of them is told differently from most."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from local_cloud.daemon.assembly import TENANT_ID
from local_cloud.packages.cloudflare.base import EXAMPLE_ACCOUNT
from local_cloud.parts import Parts
from local_cloud.server.resource_types.resource import Refusal, Resource
from local_cloud.services.key_vault.backend.secret import Properties
from tests.integration.types.conftest import Make, Read
from tests.integration.types.world import TYPES
from tests.support.waiting import until

SECRET, VAULT = "azure-native:keyvault:Secret", "azure-native:keyvault:Vault"
SERVER, DATABASE = "azure-native:dbforpostgresql:Server", "azure-native:dbforpostgresql:Database"
CONFIGURATION = "azure-native:dbforpostgresql:Configuration"
BUCKET, CORS = "cloudflare:index/r2Bucket:R2Bucket", "cloudflare:index/r2BucketCors:R2BucketCors"
LOCK, TOKEN = "cloudflare:index/r2BucketLock:R2BucketLock", "cloudflare:index/accountToken:AccountToken"
GROUP = {"resourceGroupName": "rg-ignition-dev"}
PROPERTIES = {"value": "as declared", "contentType": "text/plain"}


@pytest.fixture(scope="module")
def vault(make: Make) -> Resource:
    properties = {"tenantId": TENANT_ID, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    return make(VAULT, "vault", **GROUP, vaultName="kv-by-hand", location="westeurope", properties=properties)


@pytest.fixture(scope="module")
def server(make: Make) -> Resource:
    return make(SERVER, "server", **{**TYPES[SERVER].example, "serverName": "psql-by-hand"})


def _secret(make: Make, name: str, **more: Any) -> Resource:
    return make(SECRET, name, **GROUP, vaultName="kv-by-hand", secretName=name, properties=PROPERTIES, **more)


def _set(parts: Parts, name: str, value: str, **properties: Any) -> None:
    """By the data plane's own call, which makes a version every time."""
    found = parts.key_vault.vaults.get("kv-by-hand")
    parts.key_vault.secrets.set(found, name, value, Properties(**properties))


@pytest.mark.usefixtures("vault")
def test_a_secrets_value_stays_as_declared_and_its_version_moves(parts: Parts, make: Make, read: Read) -> None:
    made = _secret(make, "value", tags={"of": "the platform"})
    _set(parts, "value", "by hand", content_type="text/plain", tags={"of": "the platform"})
    found = read(SECRET, made.id)
    assert found is not None
    assert found.inputs == made.inputs
    before, after = (each.outputs["properties"]["secretUriWithVersion"] for each in (made, found))
    assert after.rpartition("/")[0] == before.rpartition("/")[0]
    assert after != before


@pytest.mark.usefixtures("vault")
def test_what_goes_with_a_secret_is_told_as_it_is(parts: Parts, make: Make, read: Read) -> None:
    made = _secret(make, "properties")
    _set(parts, "properties", "as declared", enabled=False, expires=1_900_000_000, tags={"by": "hand"})
    found = read(SECRET, made.id)
    assert found is not None
    assert found.inputs["properties"] == {
        "value": "as declared",
        "attributes": {"enabled": False, "expires": 1_900_000_000},
    }
    assert found.inputs["tags"] == found.outputs["tags"] == {"by": "hand"}
    assert "contentType" not in found.outputs["properties"]
    assert "value" not in found.outputs["properties"]


@pytest.mark.usefixtures("vault")
def test_a_secret_that_nobody_touched_is_told_as_recorded(make: Make, read: Read) -> None:
    made = _secret(make, "untouched", tags={"a": "b"})
    assert read(SECRET, made.id) == made


@pytest.mark.usefixtures("vault")
def test_a_name_whose_part_is_gone_is_free_for_another_resource(parts: Parts, make: Make, read: Read) -> None:
    inputs = {**GROUP, "vaultName": "kv-by-hand", "secretName": "moved", "properties": PROPERTIES}
    made = make(SECRET, "first", **inputs)
    with pytest.raises(Refusal, match="exists already"):
        make(SECRET, "second", **inputs)
    kept = parts.key_vault.vaults.get("kv-by-hand")
    parts.key_vault.secrets.delete(kept, "moved")
    parts.key_vault.secrets.purge(kept, "moved")
    again = make(SECRET, "second", **inputs)
    assert again.id == made.id
    assert read(SECRET, again.id) == again


@pytest.mark.usefixtures("vault")
def test_what_is_gone_is_forgotten(parts: Parts, make: Make, read: Read) -> None:
    made = _secret(make, "gone")
    parts.key_vault.secrets.delete(parts.key_vault.vaults.get("kv-by-hand"), "gone")
    assert read(SECRET, made.id) is None
    assert parts.records.get(made.id) is None


def test_a_server_that_was_stopped_is_as_it_was(parts: Parts, make: Make, read: Read, server: Resource) -> None:
    within = {**GROUP, "serverName": server.inputs["serverName"]}
    database = make(DATABASE, "database", **within, databaseName="by_hand")
    setting = {"configurationName": "work_mem", "source": "user-override", "value": "8192"}
    configuration = make(CONFIGURATION, "configuration", **within, **setting)
    real = parts.postgres.server(server.inputs["serverName"])
    real.stop()
    try:
        assert read(SERVER, server.id) == server
        assert read(DATABASE, database.id) == database
        assert read(CONFIGURATION, configuration.id) == configuration
    finally:
        real.start()
    until(lambda: real.running, "the server")


def test_a_token_whose_time_is_over_says_so(parts: Parts, make: Make, read: Read) -> None:
    example = {**TYPES[TOKEN].example, "name": "short-lived"}
    made = make(TOKEN, "short", **example, expiresOn="2027-01-01T00:00:00Z")
    assert read(TOKEN, made.id) == made
    parts.object_storage.remove_token(made.id)
    assert read(TOKEN, made.id) is None
    over = make(TOKEN, "over", **example, expiresOn="2020-01-01T00:00:00Z")
    parts.object_storage.sweep()
    found = read(TOKEN, over.id)
    assert found is not None
    assert found.outputs["status"] == "expired"
    assert found.inputs == over.inputs


def test_a_bucket_whose_folder_somebody_removed_takes_its_rules_with_it(parts: Parts, make: Make, read: Read) -> None:
    bucket = make(BUCKET, "bucket", accountId=EXAMPLE_ACCOUNT, name="by-hand")
    on_it = {"accountId": EXAMPLE_ACCOUNT, "bucketName": "by-hand"}
    lock = make(LOCK, "lock", **on_it, rules=TYPES[LOCK].example["rules"])
    cors = make(CORS, "cors", **on_it, rules=TYPES[CORS].example["rules"])
    shutil.rmtree(parts.object_storage.directory / "data" / "by-hand")
    assert [read(BUCKET, bucket.id), read(LOCK, lock.id), read(CORS, cors.id)] == [None, None, None]
    parts.object_storage.sweep()
    make(TOKEN, "beside", **TYPES[TOKEN].example)
    again = make(BUCKET, "bucket", accountId=EXAMPLE_ACCOUNT, name="by-hand")
    assert read(BUCKET, again.id) == again
    assert parts.object_storage.bucket("by-hand").locks == ()


def test_cross_origin_rules_are_told_as_the_gateway_has_them(parts: Parts, make: Make, read: Read) -> None:
    make(BUCKET, "with rules", accountId=EXAMPLE_ACCOUNT, name="with-rules")
    made = make(CORS, "rules", accountId=EXAMPLE_ACCOUNT, bucketName="with-rules", rules=TYPES[CORS].example["rules"])
    assert read(CORS, made.id) == made
    by_hand = {
        "ID": "a",
        "AllowedMethods": ["GET"],
        "AllowedOrigins": ["*"],
        "AllowedHeaders": ["x"],
        "MaxAgeSeconds": 5,
    }
    parts.object_storage._client.put_bucket_cors(Bucket="with-rules", CORSConfiguration={"CORSRules": [by_hand]})
    found = read(CORS, made.id)
    assert found is not None
    wanted = [{"id": "a", "allowed": {"methods": ["GET"], "origins": ["*"], "headers": ["x"]}, "maxAgeSeconds": 5}]
    assert found.inputs["rules"] == found.outputs["rules"] == wanted
