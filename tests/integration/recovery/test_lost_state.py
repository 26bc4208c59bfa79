"""
A stack whose state is thrown away comes back by what `ignition imports` prints, and a secret that the vault kept is taken in again.

The steps are those of docs/runbooks/lost-state.md. Ids that a person would ask the clouds for come from the local cloud's records; what
is made anew is forgotten there first, for no cloud would give those values back.
"""

import json

import psycopg
import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import checkpoint_file
from local_cloud.records import SealedRecords
from local_cloud.server.resource_types.recovery import MadeAnew
from tests.support.local_platform import LocalPlatform

TYPES = {token: each for package in PACKAGES for token, each in package.by_token().items()}
KEPT_SECRETS = (
    "auth-oauth-azure-client-secret",
    "auth-oauth-google-client-secret",
    "database-administrator-password",
    "database-url",
    "database-verifier-a",
    "database-verifier-b",
    "session-secret",
    "storage-access-key-id",
    "storage-secret-access-key",
)


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("lost"))
    made.up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_DEBUG_COMMANDS", "true")  # `pulumi up --event-log` is there for debugging only
        yield made
    made.remove()


def name_of(urn):
    return urn.rsplit("::", 1)[-1]


def imports(platform, *arguments):
    """What `ignition imports local --json` says."""
    ran = platform.ignition("imports", "local", "--json", "--out", str(platform.project / "import.json"), *arguments)
    assert ran.code == 0, ran.output
    return json.loads(ran.output[ran.output.index("{") :])


def import_everything(platform):
    platform.pulumi(
        "import", "--file", "import.json", "--protect=false", "--generate-code=false", "--yes", "--skip-preview"
    )


def exported(platform):
    file = platform.project / "state.json"
    platform.pulumi_raw("stack", "export", "--file", str(file))
    return str(file)


def forget_what_was_in_the_state_alone(platform):
    records = SealedRecords(platform.state / "records")
    for each in records.all():
        if isinstance(TYPES[each.token].recovery, MadeAnew):
            records.remove(each.resource.id)
    records.close()


def answer_like_the_clouds(platform, to_find):
    """Runs nothing: writes what the printed commands would find."""
    records = SealedRecords(platform.state / "records")
    ids = {(each.token, name_of(each.urn)): each.resource.id for each in records.all()}
    records.close()
    file = platform.project / "ids"
    file.write_text(
        "".join(f"{each['name']}={ids[each['token'], each['name']].rsplit('/', 1)[-1]}\n" for each in to_find)
    )
    return str(file)


def lose_the_state(platform):
    checkpoint = checkpoint_file(platform.state, Settings.load(platform.state))
    for file in (checkpoint, checkpoint.with_name(f"{checkpoint.name}.bak")):
        file.unlink(missing_ok=True)
    for copy in (platform.state / "pulumi" / "kept").iterdir():
        copy.unlink()


def test_a_stack_whose_state_is_lost_is_imported_and_goes_on_with_its_data(platform):
    platform.configure("database", separate_migrator=False)
    platform.up()
    before = platform.variables("api")["DATABASE_URL"]
    with psycopg.connect(before) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    lose_the_state(platform)
    forget_what_was_in_the_state_alone(platform)

    first = imports(platform)
    to_find = {each["name"] for each in first["to_find"]}
    assert {"api-host-cname", "zone-firewall", "oauth-application"} <= to_find
    said = {each["name"]: each["because"] for each in first["anew"]}
    assert "is rotated" in said["database-administrator-password"]
    assert "is rotated" in said["roles-password-a"]
    first = imports(platform, "--ids", answer_like_the_clouds(platform, first["to_find"]))
    assert not first["to_find"]
    imported = {each["name"] for each in first["file"]["resources"] if "id" in each}
    assert {f"secrets-{name}" for name in KEPT_SECRETS} <= imported
    import_everything(platform)
    second = imports(platform, "--state", exported(platform))
    assert "secrets-database-url-api" in {each["name"] for each in second["file"]["resources"]}
    more = imports(
        platform, "--state", exported(platform), "--ids", answer_like_the_clouds(platform, second["to_find"])
    )
    assert not more["to_find"]
    import_everything(platform)
    last = imports(platform, "--state", exported(platform))
    assert last["imported"] == 0
    assert not last["to_find"]

    done = platform.operations()
    assert set(done.values()) <= {"create", "update"}, done
    created = {name for name, operation in done.items() if operation == "create"}
    assert created == {each["name"] for each in last["anew"]} | {*last["later"]}
    assert platform.operations() == {}

    after = platform.variables("api")["DATABASE_URL"]
    assert after != before
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(before)
    with psycopg.connect(after) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)
    assert platform.ready()["status"] == "ok"


def test_secrets_of_a_login_that_was_given_up_are_imported_when_it_comes_back(platform):
    platform.configure("database", separate_migrator=True)
    platform.up()
    platform.configure("database", separate_migrator=False)
    platform.up()
    platform.configure("database", separate_migrator=True)

    missing = imports(platform, "--kept", "--state", exported(platform))
    names = {each["name"] for each in missing["file"]["resources"] if "id" in each}
    assert names == {"secrets-database-migrator-url", "secrets-database-verifier-migrator"}
    import_everything(platform)
    done = platform.operations()
    assert done.pop("secrets-database-migrator-url") == "update"
    assert done.pop("secrets-database-verifier-migrator") == "update"
    assert set(done.values()) <= {"create", "update", "create-replacement", "replace", "delete-replaced"}, done
    assert platform.ready()["status"] == "ok"


def test_the_secret_that_a_person_brought_is_not_written_when_the_placeholder_is_declared_again(platform):
    platform.configure("oauth", google_secret="brought")
    platform.up()
    platform.configure("oauth", google_secret="placeholder")

    missing = imports(platform, "--kept", "--state", exported(platform))
    ids = [each["id"].rsplit("/", 1)[-1] for each in missing["file"]["resources"] if "id" in each]
    assert ids == ["AUTH-OAUTH-GOOGLE-CLIENT-SECRET"]
    import_everything(platform)
    assert platform.operations() == {}
