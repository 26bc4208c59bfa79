from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import boto3
import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local_cloud.services.container_apps.backend import Images
from local_cloud.services.object_storage.backend.storage import secret_access_key
from tests.integration.examples.conftest import IMAGES, PROJECT, ROLE_PASSWORD, TOKEN_VALUE, Start

IMAGE = "ghcr.io/ecent/ignition-api@sha256:00"


def test_it_is_ready_when_database_storage_and_settings_work(start: Start, environment: Mapping[str, str]) -> None:
    answer = httpx.get(f"{start(IMAGE, environment)}/health/ready", timeout=60)
    checks = answer.json()["checks"]
    assert (answer.status_code, {name: check["status"] for name, check in checks.items()}) == (
        200,
        {"database": "ok", "storage": "ok", "settings": "ok"},
    ), answer.text
    assert (checks["database"]["role"], checks["database"]["tls"]) == ("ignition_a", True)


def test_the_round_trips_leave_nothing_behind(start: Start, environment: Mapping[str, str], parts: object) -> None:
    httpx.get(f"{start(IMAGE, environment)}/health/ready", timeout=60).raise_for_status()
    s3 = boto3.client(
        "s3",
        endpoint_url=environment["STORAGE_ENDPOINT"],
        region_name="auto",
        aws_access_key_id=environment["STORAGE_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["STORAGE_SECRET_ACCESS_KEY"],
    )
    assert s3.list_objects_v2(Bucket=environment["STORAGE_BUCKET"])["KeyCount"] == 0
    s3.close()


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"STORAGE_SECRET_ACCESS_KEY": "0" * 64}, "storage"),
        ({"STORAGE_BUCKET": "another-bucket"}, "storage"),
        ({"DATABASE_URL": "wrong password"}, "database"),
    ],
)
def test_one_failing_check_makes_it_unready_and_is_named(
    start: Start, environment: Mapping[str, str], change: dict[str, str], failed: str
) -> None:
    if "DATABASE_URL" in change:
        change = {"DATABASE_URL": environment["DATABASE_URL"].replace(ROLE_PASSWORD, "w" * 40)}
    answer = httpx.get(f"{start(IMAGE, {**environment, **change})}/health/ready", timeout=60)
    states = {name: check["status"] for name, check in answer.json()["checks"].items()}
    assert answer.status_code == 503
    assert states == {"database": "ok", "storage": "ok", "settings": "ok", failed: "failed"}
    assert "w" * 40 not in answer.text


def test_it_is_alive_without_database_and_storage(start: Start, environment: Mapping[str, str]) -> None:
    nowhere = {
        "DATABASE_URL": "postgresql://a:b@127.0.0.1:9/d?sslmode=disable",
        "STORAGE_ENDPOINT": "http://127.0.0.1:9",
    }
    assert httpx.get(f"{start(IMAGE, {**environment, **nowhere})}/health").json()["status"] == "ok"


def test_it_says_which_revision_it_is(start: Start, environment: Mapping[str, str]) -> None:
    url = start(IMAGE, {**environment, "CONTAINER_APP_REVISION": "ca-api--blue"})
    assert httpx.get(f"{url}/health").json() == {"status": "ok", "revision": "ca-api--blue"}
    assert "<code>ca-api--blue</code>" in httpx.get(url).text


def test_it_counts_what_is_uploaded(start: Start, environment: Mapping[str, str]) -> None:
    answer = httpx.post(f"{start(IMAGE, environment)}/upload", content=iter([b"first", b"second"]))
    assert answer.json() == {"bytes": 11, "revision": "none"}


def test_the_page_shows_settings_and_no_secret(start: Start, environment: Mapping[str, str]) -> None:
    page = httpx.get(start(IMAGE, environment)).text
    assert environment["STORAGE_ENDPOINT"] in page
    assert "DATABASE_URL" in page
    for secret in (ROLE_PASSWORD, secret_access_key(TOKEN_VALUE), environment["SESSION_SECRET"]):
        assert secret not in page


def test_a_websocket_gets_back_what_it_sends(start: Start, environment: Mapping[str, str]) -> None:
    url = start(IMAGE, environment).replace("http", "ws", 1)
    with connect(f"{url}/ws", proxy=None) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"


def test_the_declared_origin_may_read_it_and_no_other(start: Start, environment: Mapping[str, str]) -> None:
    url = start(IMAGE, environment)
    allowed = httpx.get(f"{url}/health", headers={"Origin": "https://admin.ecent.test"}).headers
    refused = httpx.get(f"{url}/health", headers={"Origin": "https://evil.test"}).headers
    assert allowed["access-control-allow-origin"] == "https://admin.ecent.test"
    assert "access-control-allow-origin" not in refused


def test_wrong_settings_end_it_at_once_with_every_problem(environment: Mapping[str, str]) -> None:
    mapped = Images(IMAGES).find(IMAGE)
    assert mapped is not None
    wrong = {**environment, "PATH": os.defpath, "SERVER_PORT": "eighty", "DATABASE_URL": "mysql://x"}
    ended = subprocess.run(
        [sys.executable, "-m", "examples.backend"], env=wrong, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "SERVER_PORT" in ended.stderr
    assert "DATABASE_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


_A, _B = "a" * 20 + "0123456789abcdefghij", "b" * 20 + "0123456789abcdefghij"
_BEHIND_THE_EDGE = {"EDGE_REQUIRED": "true", "EDGE_SECRET_A": _A, "EDGE_SECRET_B": _B}


@pytest.fixture(scope="module")
def behind_the_edge(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, **_BEHIND_THE_EDGE}


def test_past_the_edge_nothing_but_probes_is_answered(start: Start, behind_the_edge: Mapping[str, str]) -> None:
    url = start(IMAGE, behind_the_edge)
    for path in ("/", "/upload", "/nowhere", "/health/", "//health", "/HEALTH"):
        assert httpx.get(f"{url}{path}").status_code == 403, path
    assert httpx.get(f"{url}/health").status_code == 200
    assert httpx.get(f"{url}/health/ready", timeout=60).status_code == 200


@pytest.mark.parametrize("secret", [_A, _B])
def test_both_secrets_of_the_edge_are_taken(start: Start, behind_the_edge: Mapping[str, str], secret: str) -> None:
    assert httpx.get(start(IMAGE, behind_the_edge), headers={"X-Edge-Secret": secret}).status_code == 200


@pytest.mark.parametrize(
    "shown",
    [[], [""], ["wrong"], [_A + "x"], [_A[:-1]], [f"{_A},{_B}"], [_A, _B], ["\u00e9" * 40]],
)
def test_any_other_secret_is_refused(start: Start, behind_the_edge: Mapping[str, str], shown: list[str]) -> None:
    headers = [(b"X-Edge-Secret", each.encode()) for each in shown]
    answer = httpx.get(start(IMAGE, behind_the_edge), headers=headers)
    assert (answer.status_code, answer.text) == (403, "Only requests through the edge are answered.\n")


def test_a_websocket_past_the_edge_is_refused(start: Start, behind_the_edge: Mapping[str, str]) -> None:
    url = start(IMAGE, behind_the_edge).replace("http", "ws", 1)
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"{url}/ws", proxy=None)
    with connect(f"{url}/ws", proxy=None, additional_headers={"X-Edge-Secret": _A}) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"
