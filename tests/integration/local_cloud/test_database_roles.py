"""Who makes the database's roles, who cannot, and how a login is rotated through it."""

import re

import psycopg
import pytest

from tests.support import rollouts
from tests.support.rollouts import JOB, wish

IDENTITY = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-ignition-local/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/id-ignition-local-api"
)
ROLES_SECRETS = ("DATABASE-ADMINISTRATOR-PASSWORD", "DATABASE-VERIFIER-A", "DATABASE-VERIFIER-B")
READ = """
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient

credential = ManagedIdentityCredential(identity_config={{"resource_id": "{identity}"}})
client = SecretClient("{vault}", credential, verify_challenge_resource=False)
for name in {names}:
    try:
        client.get_secret(name)
        print(name, "was read")
    except HttpResponseError as error:
        print(name, error.status_code, error.error.code if error.error else error)
"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = rollouts.make(tmp_path_factory.mktemp("roles"))
    made.up()
    yield made
    made.remove()


def revision(platform):
    return platform.outputs()["apps"]["api"]["revision"]


def test_the_apis_identity_reads_its_own_secrets_and_none_that_the_roles_are_made_with(platform):
    vault = platform.status()["endpoints"]["key_vault"]["url"]
    names = ("DATABASE-URL", *ROLES_SECRETS)
    wish(platform, "tokens", value=True)
    wish(platform, "job", ["python", "-c", READ.format(identity=IDENTITY, vault=vault, names=names)])
    platform.up()
    ended = platform.ignition("job", JOB, "--state-dir", str(platform.state))
    wish(platform, "job", None)
    assert ended.code == 0, ended.output
    said = dict(re.findall(r"^([A-Z-]+) (.+)$", ended.output, re.MULTILINE))
    assert said == {"DATABASE-URL": "was read"} | dict.fromkeys(ROLES_SECRETS, "403 Forbidden")


def test_a_login_is_rotated_as_the_runbook_says_and_the_idle_ones_password_rolls_no_replica_of_the_api(platform):
    before, url = revision(platform), platform.variables("api")["DATABASE_URL"]

    platform.configure("database", rotation__b=2)
    platform.up()
    assert revision(platform) == before
    platform.configure("database", rotation__active="b")
    platform.up()
    assert platform.ready()["checks"]["database"]["role"] == "ignition_b"
    flipped = revision(platform)
    assert flipped != before

    psycopg.connect(url).close()  # valid until its own turn
    platform.configure("database", rotation__a=2)
    platform.up()
    assert revision(platform) == flipped
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)
    assert platform.ready()["status"] == "ok"
