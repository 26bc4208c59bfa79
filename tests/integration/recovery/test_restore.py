"""
The database is restored to a point in time and the apps move over, by the steps of docs/runbooks/restore.md.

PostgreSQL's own backups, the real engine, the sample backend under a small steady load; what it costs is printed.
"""

import datetime as dt
import json
import sys
import threading
import time

import httpx
import psycopg
import pytest
import yaml

from tests.support import rollouts
from tests.support.local_platform import LocalPlatform

RESTORED = "psql-ignition-local-r1"
PAUSE_S = 0.05


class SteadyLoad:
    """Asks the api for its readiness, which asks its database, one request after another with a pause between."""

    def __init__(self, platform):
        self.answers = []
        self._platform = platform
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _ask(self):
        with rollouts.client(self._platform) as client:
            while not self._done.wait(PAUSE_S):
                began = time.monotonic()
                try:
                    answer = client.get("/health/ready", extensions={"sni_hostname": rollouts.HOST})
                    ok = answer.status_code == 200
                except httpx.TransportError:
                    ok = False
                self.answers.append((began, time.monotonic(), ok))

    @property
    def longest_failure_s(self):
        """The longest time from the first of several failures in a row to the next success."""
        longest, since = 0.0, None
        for began, ended, ok in self.answers:
            since = None if ok else (since if since is not None else began)
            longest = max(longest, ended - since if since is not None else 0.0)
        return longest


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("restored"))
    file = made.project / "Pulumi.local.yaml"
    document = yaml.safe_load(file.read_text())
    document["config"]["local:database_backups_mb"] = 128
    file.write_text(yaml.safe_dump(document))
    made.configure("protection", protect=True)
    made.up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_DEBUG_COMMANDS", "true")  # `pulumi up --event-log` is there for debugging only
        yield made
    made.remove()


def words(url):
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY at")]


def say(url, word):
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO words (word) VALUES (%s)", (word,))


def servers(platform):
    """The servers of the stack's state: their URNs by name."""
    resources = json.loads(platform.pulumi_raw("stack", "export"))["deployment"]["resources"]
    return {
        each["inputs"]["serverName"]: each["urn"]
        for each in resources
        if each["type"] == "azure-native:dbforpostgresql:Server"
    }


def unprotect(platform, part):
    for each in json.loads(platform.pulumi_raw("stack", "export"))["deployment"]["resources"]:
        if each["urn"].endswith((f"::{part}-server", f"::{part}-database")):
            platform.pulumi_raw("state", "unprotect", each["urn"], "--yes")


def test_the_database_is_restored_and_the_apps_move_over(platform, capsys):
    old = platform.variables("api")["DATABASE_URL"]
    (source,) = servers(platform)
    with psycopg.connect(old) as connection:
        connection.execute("CREATE TABLE words (word text, at timestamptz DEFAULT clock_timestamp())")
    say(old, "before")
    time.sleep(0.1)
    moment = dt.datetime.now(dt.UTC)
    time.sleep(0.1)
    say(old, "after")
    # The login that the apps use gets its password only now: the backup knows another one.
    platform.configure("database", rotation={"active": "b", "b": 2})
    platform.up()
    rotated = platform.variables("api")["DATABASE_URL"]

    restored = {"server": RESTORED, "source": source, "time": moment.isoformat().replace("+00:00", "Z")}
    platform.configure("database", restored=restored)
    began = time.monotonic()
    with SteadyLoad(platform) as load:
        platform.up()
    took = time.monotonic() - began
    failed = sum(not ok for _, _, ok in load.answers)
    with capsys.disabled():
        sys.stdout.write(
            f"\nrestore: the deployment took {took:.1f} s; of {len(load.answers)} requests {failed} failed, "
            f"for {load.longest_failure_s:.2f} s at a stretch\n"
        )
    assert len(load.answers) > 10

    assert set(servers(platform)) == {source, RESTORED}
    new = platform.variables("api")["DATABASE_URL"]
    assert new != rotated
    assert words(new) == ["before"]
    assert words(rotated) == ["before", "after"]
    assert platform.ready()["checks"]["database"]["role"] == "ignition_b"
    say(new, "since")
    assert platform.operations() == {}

    platform.configure("database", restored__made=True)
    assert platform.operations() == {}
    platform.configure("database", restored__keep_source=False)
    refused = platform.ignition("up", "--state-dir", str(platform.state))
    assert (refused.code != 0, "protected" in refused.output) == (True, True)
    assert words(rotated) == ["before", "after"]

    unprotect(platform, "database")
    done = platform.operations()
    assert done["database-server"] == "delete"
    assert not [
        name
        for name, operation in done.items()
        if operation != "update" and RESTORED in name and "password" not in name
    ]
    assert set(servers(platform)) == {RESTORED}
    assert words(platform.variables("api")["DATABASE_URL"]) == ["before", "since"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(rotated)
    assert platform.ready()["status"] == "ok"
