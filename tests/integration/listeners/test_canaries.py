"""Every secret of a running platform is where it must be, and nowhere else: files, logs, pages, arguments, environments."""

import base64
import gzip
import json
import sys
from urllib.parse import quote

import httpx
import pytest

from local_cloud.daemon.control.client import connect
from local_cloud.daemon.control.token import read_token
from tests.support.canaries import Found, Search, processes_of, secrets_in_use, secrets_of
from tests.support.secret_places import leaks, unused

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc shows arguments and environments")

PAGES = ("/", "/apps", "/apps/api", "/apps/admin", "/jobs", "/graph", "/resources", "/dns", "/certificates", "/buckets")
SECRET = b'Aa1+/"<\\ &\n-quite random 8\xc3\xa9'


def _labels(platform):
    """The processes of the platform by what they are."""
    labels = {}
    for process in processes_of(platform):
        variables = process.environ()
        app = variables.get("CONTAINER_APP_NAME")
        labels[process.pid] = f"app {app}" if app else process.name()
    return labels


@pytest.fixture(scope="session")
def found(platform):
    """Where every secret is after everything of the platform was in use."""
    platform.up()
    assert platform.get("api.ecent.online", "/health/ready").status_code == 200
    secrets = secrets_of(platform) | secrets_in_use(platform)
    search = Search(secrets)
    return search.within_files(platform.state) | search.within_processes(_labels(platform))


def test_there_are_secrets_of_every_kind(platform):
    names = secrets_of(platform) | secrets_in_use(platform)
    for kind in (
        "control token",
        "passphrase",
        "key of",
        "stack's roles-password-a",
        "stack's session-secret",
        "stack's api-host-key outputs.privateKeyPem (key)",
        "stack's storage-token-a",
        "S3 operator",
        "S3 account",
        "private key ca/",
        "private key identity/token-key.pem",
        "key of a session",
        "developer's token",
    ):
        assert any(name.startswith(kind) for name in names), kind


def test_no_file_and_no_process_holds_a_secret_that_it_need_not_hold(found):
    assert [str(each) for each in leaks(found)] == []


def test_every_place_that_is_listed_still_holds_its_secret(found):
    assert unused(found) == []


def test_no_page_of_the_console_and_no_answer_of_the_command_line_holds_a_secret(platform):
    search = Search(secrets_of(platform) | secrets_in_use(platform))
    client = connect(platform.state)
    headers = {"Authorization": f"Bearer {read_token(platform.state)}"}
    base = f"http://127.0.0.1:{client.address.facts['control_port']}"
    with httpx.Client(base_url=base, headers=headers, trust_env=False, timeout=60) as console:
        resources = [
            f"/resources/{quote(each['urn'].removeprefix('urn:pulumi:'))}"
            for each in console.get("/api/resources").json()
        ]
        pages = [
            *PAGES,
            "/vault",
            *resources,
            "/api/resources",
            "/api/status",
            f"/api/addresses?server={platform.status()['endpoints']['postgres']['server']}",  # another name takes a port
            "/api/logs/api",
        ]
        answers = {path: console.get(path) for path in pages}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {path: named for path, answer in answers.items() if (named := search.within(answer.content))} == {}
    for command in (["status"], ["status", "--json"], ["doctor"], ["logs", "api"], ["logs", "admin"]):
        ran = platform.ignition(*command, "--state-dir", str(platform.state))
        assert search.within(ran.output.encode()) == set(), command


def test_the_plan_daemon_is_told_none_of_the_secrets(platform, ignition):
    assert ignition("preview", "local").code == 0
    search = Search(secrets_of(platform))
    assert search.within_files(ignition.state) == set()
    assert search.within_processes(dict.fromkeys(ignition.daemons, "plan daemon")) == set()


@pytest.mark.parametrize(
    "write",
    [
        lambda secret: b"before " + secret + b" after",
        lambda secret: base64.b64encode(b"1" + secret + b"12"),
        lambda secret: base64.b64encode(b"12" + secret + b"1"),
        lambda secret: base64.urlsafe_b64encode(b"123" + secret),
        lambda secret: secret.hex().encode(),
        lambda secret: quote(secret, safe="").encode(),
        lambda secret: json.dumps({"a": secret.decode("latin-1")}).encode(),
        lambda secret: json.dumps(json.dumps({"a": secret.decode("latin-1")})).encode(),
        gzip.compress,
    ],
    ids=["raw", "Base64 1", "Base64 2", "Base64 for URLs", "hex", "URL", "JSON", "JSON in JSON", "gzip"],
)
def test_a_secret_is_found_however_it_is_written_down(tmp_path, write):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_bytes(write(SECRET))
    found = Search({"the secret": SECRET}).within_files(tmp_path)
    assert found == {Found("the secret", "deep/log")}
    assert leaks(found) == [Found("the secret", "deep/log")]
