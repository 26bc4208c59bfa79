"""`ignition verify local` on a platform of this machine: everything passes, and what is broken is named."""

import json
from contextlib import contextmanager

import boto3
import psycopg
import pytest

from app_config.local_platform import FILE, local_platform
from app_config.vault.clients import Clients
from app_config.vault.local_identity import LocalIdentity
from tests.support.local_platform import LocalPlatform

# What no local cloud can show: Google's console, a registry, a signed zone, and a schema that the sample backend does not have.
CANNOT_BE_ASKED = {
    "schema version",
    "redirect URI at Google",
    "DNSSEC of ecent.online",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("platform"))
    made.up()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def person(platform):
    """The vault, as the person at this machine."""
    here = local_platform(platform.state / FILE)
    clients = Clients(LocalIdentity(here.identity), connections=1, ca_file=here.ca_file)
    yield clients.of(platform.outputs()["key_vault_uri"])
    clients.close()


def verify(platform, *arguments):
    ran = platform.ignition("verify", "local", "--json", "--state-dir", str(platform.state), *arguments)
    results = json.loads(ran.output)["results"]
    return ran.code, {each["what"]: each for each in results}


def failures(results):
    return {what for what, each in results.items() if each["state"] == "failed"}


def test_everything_on_a_fresh_platform_passes_or_says_why_it_was_not_asked(platform):
    code, results = verify(platform)
    assert code == 0
    assert failures(results) == set()
    not_asked = {what for what, each in results.items() if each["state"] == "not asked"}
    assert {what for what in not_asked if not what.startswith("registry")} == CANNOT_BE_ASKED
    assert all(each["next_step"] for each in results.values() if each["state"] != "passed")
    assert {each["blocker"] for each in results.values()} == {
        *(f"LATER-{number:03}" for number in (1, 2, 3, 4, 5, 9, 10, 11)),
        "zone",
    }


def test_no_object_of_the_check_stays_and_no_secret_is_printed(platform, person):
    _, results = verify(platform)
    secrets = {each.name: person.get_secret(each.name).value for each in person.list_properties_of_secrets()}
    assert len(secrets) == 11
    assert not [name for name, value in secrets.items() if len(value) > 12 and value in json.dumps(results)]
    storage = platform.outputs()["storage"]
    client = boto3.client(
        "s3",
        endpoint_url=storage["endpoint"],
        region_name="auto",
        aws_access_key_id=secrets["STORAGE-ACCESS-KEY-ID"],
        aws_secret_access_key=secrets["STORAGE-SECRET-ACCESS-KEY"],
    )
    assert client.list_objects_v2(Bucket=storage["bucket"], Prefix="verify/")["KeyCount"] == 0
    client.close()


@pytest.mark.parametrize(
    ("output", "value", "failed"),
    [
        (
            "redirect_uris",
            {
                "azure": "https://api.ecent.online/auth/callback/other",
                "google": "https://api.ecent.online/auth/callback/google",
            },
            "redirect URI at Microsoft",
        ),
        (
            "redirect_uris",
            {
                "azure": "https://api.ecent.online/auth/callback/azure",
                "google": "https://elsewhere.test/auth/callback/google",
            },
            "redirect URIs lead to the api",
        ),
        ("admin_url", "https://nobody.ecent.online", "nobody.ecent.online resolves"),
        (
            "apps",
            {
                "api": {"fqdn": "a.test", "revision": "ignition-local-api--gone"},
                "admin": {"fqdn": "b.test", "revision": "x"},
            },
            "api runs what was deployed",
        ),
    ],
)
def test_outputs_that_do_not_hold_fail(platform, tmp_path, output, value, failed):
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({**platform.outputs(), output: value}))
    code, results = verify(platform, "--outputs", str(file))
    assert code == 1
    assert failed in failures(results)


@contextmanager
def administrator(platform, person):
    database = platform.status()["endpoints"]["postgres"]
    with psycopg.connect(
        host=database["host"],
        port=database["port"],
        dbname=database["database"],
        user="ignition_administrator",
        password=person.get_secret("DATABASE-ADMINISTRATOR-PASSWORD").value,
        sslmode="verify-full",
        sslrootcert=platform.status()["ca_file"],
        autocommit=True,
    ) as connection:
        yield connection


def test_a_login_that_may_create_databases_fails(platform, person):
    with administrator(platform, person) as connection:
        connection.execute("ALTER ROLE ignition_a CREATEDB")
        try:
            code, results = verify(platform)
        finally:
            connection.execute("ALTER ROLE ignition_a NOCREATEDB")
    assert code == 1
    assert failures(results) == {"login is not an administrator"}


def test_a_secret_that_is_gone_fails_by_its_name(platform, person):
    person.begin_delete_secret("SESSION-SECRET").wait()
    try:
        code, results = verify(platform)
    finally:
        person.begin_recover_deleted_secret("SESSION-SECRET").wait()
    assert code == 1
    assert failures(results) == {"api reads its secrets"}
    assert "SESSION-SECRET" in results["api reads its secrets"]["evidence"]
