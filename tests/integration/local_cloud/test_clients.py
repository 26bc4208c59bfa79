"""What standard clients find after `ignition up`."""

import os
import ssl
from contextlib import contextmanager
from unittest import mock

import boto3
import psycopg
import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient
from botocore.exceptions import ClientError

from app_config.stacks import app_outputs, saved_output

API, ADMIN = "api.ecent.online", "admin.ignition.ecent.online"


@pytest.fixture(scope="module")
def outputs(platform):
    return platform.outputs()


@contextmanager
def _as(platform, identity):
    """The environment that Container Apps would give an app with this identity."""
    with mock.patch.dict(os.environ, {"REQUESTS_CA_BUNDLE": platform.status()["ca_file"], **identity}):
        yield


def test_a_saved_export_of_all_outputs_gives_an_app_its_settings(platform, tmp_path):
    file = tmp_path / "outputs.json"
    file.write_text(platform.pulumi_raw("stack", "output", "--json"))
    settings = app_outputs(saved_output(file), "api")
    assert settings.values["SERVER_PORT"] == "8080"
    assert settings.secrets["DATABASE_URL"].startswith("https://")


@pytest.mark.parametrize("host", [API, ADMIN])
def test_a_public_host_answers_over_verified_tls_and_http_2(platform, host):
    response = platform.get(host, "/health")
    assert response.status_code == 200
    assert response.http_version == "HTTP/2"
    assert response.headers["strict-transport-security"].startswith("max-age=")


def test_the_sample_backend_has_database_storage_and_settings(platform):
    checks = platform.ready()["checks"]
    assert {name: check["status"] for name, check in checks.items()} == {
        "database": "ok",
        "storage": "ok",
        "settings": "ok",
    }


def test_the_apps_listen_on_loopback_whatever_the_stack_declares_for_a_container(platform, outputs):
    assert outputs["settings"]["apps"]["api"]["values"]["SERVER_HOST"] == "0.0.0.0"
    assert platform.variables("api")["SERVER_HOST"] == "127.0.0.1"
    apps = {app["name"]: app for app in platform.status()["apps"]}
    assert {name: app["exposed"] for name, app in apps.items()} == {"api": None, "admin": None}
    assert apps["api"]["listen"] == [{"variable": "SERVER_HOST", "declared": "0.0.0.0", "here": "127.0.0.1"}]
    assert (
        "(SERVER_HOST; the stack has 0.0.0.0)"
        in platform.ignition("status", "--state-dir", str(platform.state), COLUMNS="200").output
    )


def test_the_application_never_is_the_administrator(platform):
    assert platform.ready()["checks"]["database"]["role"] == "ignition_a"


def test_a_host_that_no_certificate_covers_fails_its_handshake(platform):
    with pytest.raises(Exception, match=r"(?i)ssl|tls|alert|handshake"):
        platform.get("deep.er.ecent.online")


def test_dns_answers_for_the_zone(platform):
    import dns.message  # noqa: PLC0415  dnspython's own names
    import dns.query  # noqa: PLC0415

    host, port = platform.status()["endpoints"]["dns"]["address"].split(":")

    def ask(name, kind):
        answer = dns.query.udp(dns.message.make_query(name, kind), host, port=int(port), timeout=10)
        return answer.rcode(), [str(item) for record_set in answer.answer for item in record_set]

    assert ask(API, "A") == (0, ["127.0.0.1"])
    assert ask(f"asuid.{API}", "TXT")[1]
    assert any("pki.goog" in text for text in ask("ecent.online", "CAA")[1])
    assert ask("nothing.ecent.online", "A")[0] == 3


def test_settings_hold_no_secret_and_name_each_by_its_address(platform, outputs):
    api = outputs["settings"]["apps"]["api"]
    assert outputs["settings"]["version"] == 1
    assert "DATABASE_URL" not in api["values"]
    assert set(api["secrets"]) >= {"DATABASE_URL", "SESSION_SECRET", "STORAGE_SECRET_ACCESS_KEY"}
    vault = platform.status()["endpoints"]["key_vault"]["url"]
    assert all(address.startswith(f"{vault}/secrets/") for address in api["secrets"].values())


def test_the_local_authority_is_what_postgres_presents(platform):
    database = platform.status()["endpoints"]["postgres"]
    with pytest.raises(psycopg.OperationalError, match=r"password|no pg_hba|role"):
        psycopg.connect(
            host=database["host"],
            port=database["port"],
            dbname=database["database"],
            user="ignition_a",
            password="wrong",
            sslmode="verify-full",
            sslrootcert=platform.status()["ca_file"],
        )
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(
            host=database["host"],
            port=database["port"],
            dbname=database["database"],
            user="ignition_a",
            password="wrong",
            sslmode="verify-full",
            sslrootcert=ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt",
        )


def test_a_wrong_storage_key_is_refused(platform, outputs):
    client = boto3.client(
        "s3",
        endpoint_url=outputs["storage"]["endpoint"],
        region_name="auto",
        aws_access_key_id="0" * 32,
        aws_secret_access_key="0" * 64,
    )
    with pytest.raises(ClientError, match=r"403|InvalidAccessKeyId|Forbidden"):
        client.list_objects_v2(Bucket=outputs["storage"]["bucket"])
    client.close()


def test_a_stranger_reads_no_secret(platform, outputs):
    url = platform.status()["endpoints"]["key_vault"]["url"]
    stranger = {"IDENTITY_ENDPOINT": "http://localhost:9/none", "IDENTITY_HEADER": "none"}
    with _as(platform, stranger), ManagedIdentityCredential() as credential:
        client = SecretClient(url, credential, verify_challenge_resource=False)
        with pytest.raises(
            (HttpResponseError, Exception), match=r"(?i)connection|unavailable|refused|managed identity"
        ):
            client.get_secret("DATABASE-URL")
        client.close()
