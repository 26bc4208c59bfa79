"""
Another account of the machine tries everything, and gets what the table of listeners allows.

The accounts are made for it. The owner is root once and an ordinary account once; the state directory is not protected by a home that
is closed anyway.
"""

import contextlib
import fnmatch
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from pulumi.runtime.proto import (
    analyzer_pb2,
    callback_pb2,
    engine_pb2,
    language_pb2,
    provider_pb2,
    resource_pb2,
)

from local_cloud.background import Address
from local_cloud.listener_table import TABLE
from local_cloud.services.postgres.backend.administration import SUPERUSER
from tests.support.another_account import Account, made_account
from tests.support.canaries import Search, processes_of, secrets_in_use, secrets_of
from tests.support.listening import Daemon, undeclared
from tests.support.local_platform import LocalPlatform
from tests.support.somebody import Somebody, can_work_as_somebody

pytestmark = [*can_work_as_somebody, pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who calls")]

STRANGER = (Path(__file__).parents[2] / "support" / "stranger.py").read_text()
# What it needs is imported while it is root still: the environment of the tests may lie where nobody else looks.
IMPORTS = "import concurrent.futures.thread, email.generator, encodings.latin_1, grpc, grpc._channel, http.client, json, psycopg, ssl"
SERVICES = (
    (language_pb2, "LanguageRuntime"),
    (provider_pb2, "ResourceProvider"),
    (analyzer_pb2, "Analyzer"),
    (resource_pb2, "ResourceMonitor"),
    (engine_pb2, "Engine"),
    (callback_pb2, "Callbacks"),
)
JSON = {"Content-Type": "application/json"}
FALSE = {"Authorization": "Bearer false", **JSON}
SIGNED = {
    "Authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261201/auto/s3/aws4_request, SignedHeaders=host, Signature=00"
    ),
    "X-Amz-Date": "20261201T000000Z",
    "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
}
TENANT = "00000000-0000-0000-0000-000000000000"
READ = (
    *("/", "/api/status", "/api/proof?nonce=abc", "/api/psql-url?app=api", "/api/addresses?server=x", "/api/logs/api"),
    *("/api/resources", "/vault", "/sign-in?code=guess", "/session/guess/", "/static/console.css"),
    *("/health", "/health/ready", "/cdn-cgi/access/certs", "/cdn-cgi/access/login", "/check/rate/x", "/check/access/x"),
    *("/secrets?api-version=7.4", "/secrets/DATABASE-URL?api-version=7.4", "/deletedsecrets?api-version=7.4"),
    *(
        "/msi/ignition-local-api/token?resource=https://vault.azure.net",
        "/msi/~developer/token?resource=https://vault.azure.net",
    ),
    *(f"/{TENANT}/v2.0/.well-known/openid-configuration", f"/{TENANT}/discovery/v2.0/keys"),
    *(
        "/.healthz",
        "/ignition-local",
        "/ignition-local?list-type=2",
        "/?policy",
        "/config/",
        "/reverse_proxy/upstreams",
    ),
)
CHANGED = (
    *("/api/stop", "/api/overrides", "/api/sign-in-codes", "/api/jobs/x/executions", "/load", "/stop"),
    *("/secrets/planted?api-version=7.4", "/cdn-cgi/access/login", "/ignition-local/planted", "/create-user"),
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Owned:
    """A running platform and a plan daemon of one account, and the place where their state lies, which is open to everybody."""

    directory: Path
    platform: LocalPlatform
    uid: int

    @property
    def daemons(self):
        (file,) = (self.directory / "previews").glob("ignition/plan/*/address.json")
        return [
            Daemon.of(self.platform.address, self.platform.state),
            Daemon.of(Address(**json.loads(file.read_text()))),
        ]


@contextlib.contextmanager
def _open_place():
    place = Path(tempfile.mkdtemp(prefix="ignition-", dir="/tmp"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place)


@contextlib.contextmanager
def _of_root():
    with _open_place() as place:
        platform = LocalPlatform.make(place)
        try:
            platform.up()
            ran = platform.ignition("preview", "local", XDG_STATE_HOME=str(place / "previews"))
            assert ran.code == 0, ran.output
            yield Owned(place, platform, 0)
        finally:
            _end_previews(place)
            platform.remove()


@contextlib.contextmanager
def _of_an_ordinary_account():
    with made_account("owner") as account, _open_place() as place:
        somebody = Somebody(account.uid, account.gid, place)
        try:
            for command in (
                ["up", "--state-dir", str(somebody.platform.state)],
                ["preview", "local"],
            ):
                ran = somebody.ignition(*command, XDG_STATE_HOME=str(place / "previews"))
                assert ran.returncode == 0, ran.stdout + ran.stderr
            yield Owned(place, somebody.platform, account.uid)
        finally:
            _end_previews(place)
            somebody.ignition("reset", "--yes", "--state-dir", str(somebody.platform.state))


def _end_previews(place):
    for file in (place / "previews").glob("ignition/plan/*/address.json"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(json.loads(file.read_text())["pid"], 15)


@pytest.fixture(scope="module", params=[_of_root, _of_an_ordinary_account], ids=["root", "an ordinary account"])
def owned(request):
    with request.param() as made:
        yield made


@pytest.fixture(scope="module")
def secrets(owned):
    return secrets_of(owned.platform) | secrets_in_use(owned.platform)


@pytest.fixture(scope="module")
def targets(owned):
    """Every socket of both daemons with its row."""
    found = [(socket, daemon.row(socket)) for daemon in owned.daemons for socket in daemon.sockets]
    assert undeclared(found) == []
    declared = {row.name for row in TABLE if {"local cloud", "plan daemon"} & set(row.started_by)}
    assert {row.name for _, row in found} == declared
    return found


@pytest.fixture(scope="module")
def planted(owned):
    """A program and a policy pack that leave a file behind where they are run."""
    place = Path(tempfile.mkdtemp(prefix="planted-", dir="/tmp"))
    place.chmod(0o777)
    mark = place / "it-ran"
    for name in ("Pulumi.yaml", "PulumiPolicy.yaml"):
        (place / name).write_text("name: planted\nruntime: python\n")
    (place / "__main__.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    yield mark
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def told(owned, targets, planted):
    """What the stranger was told."""
    with made_account("stranger") as stranger:
        return _asked(stranger, _task(owned, targets, planted))


def _asked(account: Account, task):
    with account.popen(STRANGER, imports=IMPORTS) as process:
        printed, _ = process.communicate(json.dumps(task))
    assert process.returncode == 0, printed
    answer = json.loads(printed)
    assert answer["account"] == [account.uid] * 3
    return answer


def _task(owned, targets, planted):
    state = owned.platform.state
    checkpoint = (state / "pulumi" / ".pulumi" / "stacks" / "ignition" / "local.json").read_text()
    inside = sorted(set(re.findall(r"[a-z0-9.-]+\.azurecontainerapps\.io", checkpoint)))
    vault = owned.platform.status()["endpoints"]["key_vault"]["url"].partition("//")[2]
    administrator = re.search(r'"administratorLogin": ?"([^"]+)"', checkpoint)
    assert administrator is not None
    return {
        "targets": [{"transport": socket.transport, "where": socket.where} for socket, _ in targets],
        "grpc": list(_calls(planted)),
        "http": [
            *(("GET", path, {}, None) for path in READ),
            *(("GET", path, FALSE, None) for path in READ[:8]),
            *(("GET", path, SIGNED, None) for path in ("/", "/ignition-local", "/ignition-local?list-type=2")),
            ("GET", "/check/access/x", {"X-Guard-Application": "x", "Cookie": "CF_Authorization=x"}, None),
            ("GET", "/", {"CF-Connecting-IP": "173.245.48.10", "X-Forwarded-For": "173.245.48.10"}, None),
            *(
                (method, path, headers, "{}")
                for path in CHANGED
                for method, headers in (("POST", JSON), ("PUT", FALSE))
            ),
            ("DELETE", "/secrets/DATABASE-URL?api-version=7.4", FALSE, None),
            ("DELETE", "/ignition-local", SIGNED, None),
            (
                "POST",
                f"/{TENANT}/oauth2/v2.0/token",
                FORM,
                "grant_type=client_credentials&client_id=x&client_secret=x&scope=x/.default",
            ),
        ],
        "http of other hosts": [("GET", path, {}, None) for path in (*READ[:2], "/health", "/cdn-cgi/access/certs")],
        "hosts": ["api.ecent.online", "admin.ignition.ecent.online", vault, *inside[:6]],
        "roles": ["postgres", SUPERUSER, administrator[1], "ignition_a", "ignition"],
        "names": ["ecent.online", "api.ecent.online"],
        "roots": [
            *(str(owned.directory / name) for name in ("state", "previews")),
            *("/var/lib/ignition", "/run/ignition"),
            *{str(Path(socket.where).parent) for socket, _ in targets if isinstance(socket.where, str)},
        ],
        "pids": [process.pid for process in processes_of(owned.platform)] + [owned.daemons[1].address.pid],
    }


def _calls(planted):
    """Every method of every service of the engine's protocol; those that run something are told to run what was planted."""
    info = language_pb2.ProgramInfo(
        root_directory=str(planted.parent), program_directory=str(planted.parent), entry_point="."
    )
    full = {
        "Run": language_pb2.RunRequest(
            project="planted", stack="dev", pwd=str(planted.parent), program=".", dryRun=True, info=info
        ),
        "RunPlugin": language_pb2.RunPluginRequest(pwd=str(planted.parent), kind="analyzer", info=info),
    }
    for module, service in SERVICES:
        described = module.DESCRIPTOR.services_by_name[service]
        for method in described.methods:
            message = full.get(method.name)
            yield f"/{described.full_name}/{method.name}", message.SerializeToString().hex() if message else ""


def test_every_listener_is_tried_with_every_protocol(targets, told):
    tried = {(each["target"]["transport"], each["target"]["where"]) for each in told["answers"]}
    assert tried == {(socket.transport, socket.where) for socket, _ in targets}
    kinds = {each["request"].partition(" ")[0] for each in told["answers"]}
    assert {"gRPC", "GET", "POST", "PUT", "DELETE", "PostgreSQL", "DNS", "words", "connect"} <= kinds


def test_another_account_is_answered_what_the_table_allows(targets, told):
    rows = {(socket.transport, socket.where): row for socket, row in targets}
    wrong = [
        (row.name, each["request"], each["text"][:300])
        for each in told["answers"]
        if each["answered"]
        and (row := rows[each["target"]["transport"], each["target"]["where"]])
        and not any(fnmatch.fnmatchcase(each["request"], pattern) for pattern in row.answered)
    ]
    assert wrong == []


def test_what_the_table_allows_is_really_answered(targets, told):
    """So that the table does not allow what nobody needs, and the trial is known to reach the servers."""
    rows = {(socket.transport, socket.where): row.name for socket, row in targets}
    answered = {
        rows[each["target"]["transport"], each["target"]["where"]] for each in told["answers"] if each["answered"]
    }
    assert answered == {row.name for _, row in targets if row.answered}


def test_nothing_that_another_account_is_told_holds_a_secret(told, secrets):
    search = Search(secrets)
    texts = {each["text"] for each in told["answers"]} | {told for _, _, told in told["processes"]}
    assert search.within("\n".join(texts).encode("latin-1", "backslashreplace")) == set()


def test_no_call_of_another_account_ran_anything(told, planted):
    assert told["answers"]
    assert not planted.exists()


def test_no_file_of_the_platform_opens_to_another_account(told):
    assert [(path, text[:80]) for path, text in told["files"]] == []


def test_another_account_sees_no_more_of_a_process_than_its_arguments(told):
    assert {what for _, what, _ in told["processes"]} == {"cmdline"}


def test_the_platform_still_runs(owned, told):
    assert told["answers"]
    assert owned.platform.get("api.ecent.online", "/health/ready").status_code == 200


def test_the_owner_is_answered_by_the_same_means(owned, targets, planted):
    """The trial can fail: run by the owner it is answered by gRPC and finds the files."""
    grpc_only = [(socket, row) for socket, row in targets if row.speaks == "gRPC"]
    gid = (owned.directory / "state").stat().st_gid
    task = _task(owned, grpc_only, planted) | {"pids": [owned.platform.address.pid]}
    task |= {"grpc": [["/pulumirpc.LanguageRuntime/About", ""], ["/pulumirpc.ResourceProvider/GetPluginInfo", ""]]}
    task |= {"roots": [str(owned.platform.state / "control-token")]}
    told = _asked(Account(owned.uid, gid), task)
    answered = {each["target"]["where"] for each in told["answers"] if each["answered"]}
    assert answered == {socket.where for socket, _ in grpc_only}
    assert told["files"]
    assert "environ" in {what for _, what, _ in told["processes"]}
