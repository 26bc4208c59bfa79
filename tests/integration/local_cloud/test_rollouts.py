"""How changes reach those who are using the api: shares of the traffic, requests under way, websockets; and jobs beside it."""

import asyncio
import contextlib
import itertools
import queue
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from math import sqrt

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from local_cloud.daemon.control.client import connect as connect_to_daemon
from tests.support import rollouts
from tests.support.rollouts import HOST, JOB, Visitors, answered_by, revisions, tls, wish
from tests.support.waiting import until

ASKED = 400
NUMBERS = itertools.count(2)
ROLE = "import os, psycopg; print('role', psycopg.connect(os.environ['DATABASE_URL']).execute('select session_user').fetchone()[0])"


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = rollouts.make(tmp_path_factory.mktemp("rollouts"))
    made.up()
    yield made
    made.remove()


def configure_a_new_revision(platform):
    """Of the same thing; `up` makes it."""
    platform.configure("services", api__rollout=next(NUMBERS))


def serving(platform):
    return next(app["revision"] for app in platform.status()["apps"] if app["name"] == "api")


def about(share):
    """What so many requests make of a share; a fair split is outside once in a billion times."""
    expected, deviation = ASKED * share, sqrt(ASKED * share * (1 - share))
    return pytest.approx(expected, abs=6 * deviation)


def log_of(platform, revision):
    return "".join(file.read_text() for file in platform.state.rglob(f"{revision}-*/api.log"))


def open_socket(platform, context):
    # Not the client with threads: two of them read and write one TLS connection, and now and then something is lost.
    host, port = platform.status()["endpoints"]["api"]["address"].split(":")
    return connect(f"wss://{HOST}/ws", host=host, port=int(port), ssl=context, proxy=None)


class Upload:
    """A request that is under way until it is left."""

    def __init__(self, platform, *, http2):
        self._parts = queue.SimpleQueue()
        self._parts.put(b"first half, ")
        self._client = rollouts.client(platform, http2=http2)
        self._thread = threading.Thread(target=self._send)
        self.outcome = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._parts.put(b"second half")
        self._parts.put(b"")
        self._thread.join()
        self._client.close()

    def _send(self):
        try:
            answer = self._client.post("/upload", content=iter(self._parts.get, b""), extensions={"sni_hostname": HOST})
            self.outcome = (answer.status_code, answer.http_version, answer.json())
        except Exception as error:  # noqa: BLE001  whatever came of it is what the test looks at
            self.outcome = error


def suffix(revision):
    return revision.partition("--")[2]


def named_by_the_output(platform):
    return platform.outputs()["apps"]["api"]["revision"]


@pytest.fixture
def split(platform):
    """Configures how requests are shared; None lets the latest revision run alone."""

    def split(traffic):
        platform.configure("services", api__traffic=traffic)

    yield split
    split(None)
    platform.up()


def test_traffic_is_split_by_weight_and_shifted_without_a_failed_request(platform, split):
    blue = serving(platform)
    earlier = {name: (False, 0) for name in revisions(platform) if name != blue}
    assert named_by_the_output(platform) == blue
    split({"latest": 20, "former": suffix(blue)})
    configure_a_new_revision(platform)
    with Visitors(platform) as visitors:
        platform.up()
    green = serving(platform)
    assert named_by_the_output(platform) == green != blue
    assert set(visitors.seen) <= {(200, blue), (200, green)}
    assert answered_by(platform, ASKED) == {blue: about(0.8), green: about(0.2)}
    assert revisions(platform) == earlier | {blue: (True, 80), green: (True, 20)}

    split({"latest": 100, "former": suffix(blue)})
    with Visitors(platform) as visitors:
        platform.up()
    assert set(visitors.seen) == {(200, blue), (200, green)}
    assert answered_by(platform, ASKED) == {green: ASKED}
    assert revisions(platform) == earlier | {blue: (True, 0), green: (True, 100)}  # to go back to at once

    split({"latest": 0, "former": suffix(blue)})
    with Visitors(platform) as visitors:
        platform.up()
    assert set(visitors.seen) == {(200, blue), (200, green)}
    assert answered_by(platform, ASKED) == {blue: ASKED}

    split(None)
    with Visitors(platform) as visitors:
        platform.up()
    assert set(visitors.seen) == {(200, blue), (200, green)}
    assert revisions(platform) == earlier | {blue: (False, 0), green: (True, 100)}


def test_a_former_revision_that_is_not_there_is_refused_beside_those_that_are_and_nothing_changes(platform, split):
    before = revisions(platform)
    split({"latest": 20, "former": "r0000000000"})
    ran = platform.ignition("up", "--state-dir", str(platform.state))
    assert ran.code != 0
    assert "Revision ignition-local-api--r0000000000 of container app ignition-local-api does not exist" in ran.output
    assert serving(platform) in ran.output
    assert revisions(platform) == before


def test_the_declared_rollout_fails_no_request(platform):
    before = serving(platform)
    configure_a_new_revision(platform)
    with Visitors(platform) as visitors:
        platform.up()
    assert set(visitors.seen) == {(200, before), (200, serving(platform))}


def test_a_request_under_way_is_answered_by_the_revision_that_ends(platform):
    before = serving(platform)
    with ThreadPoolExecutor() as pool, contextlib.ExitStack() as opened:  # `up` ends after the uploads
        uploads = [opened.enter_context(Upload(platform, http2=http2)) for http2 in (True, False)]
        until(lambda: log_of(platform, before).count("an upload begins") == len(uploads), "the uploads")
        configure_a_new_revision(platform)
        up = pool.submit(platform.up)
        until(lambda: "Shutting down" in log_of(platform, before), "the end of the former revision")
        assert set(answered_by(platform, 20)) == {serving(platform)} != {before}
    up.result()
    answer = {"bytes": len(b"first half, second half"), "revision": before}
    assert [upload.outcome for upload in uploads] == [(200, "HTTP/2", answer), (200, "HTTP/1.1", answer)]
    assert "Finished server process" in log_of(platform, before)


def test_a_websocket_goes_through_the_edge_beside_http_2_and_closes_cleanly(platform):
    async def talk():
        async with open_socket(platform, tls(platform)) as opened:
            assert platform.get(HOST, "/health").http_version == "HTTP/2"
            for word in ("one", "two", "three"):
                await opened.send(word)
                assert await opened.recv() == word
        return opened.close_code

    assert asyncio.run(talk()) == 1000


def test_a_websocket_is_refused_where_the_authority_is_not_trusted(platform):
    async def talk():
        async with open_socket(platform, ssl.create_default_context()):
            pass

    with pytest.raises(ssl.SSLCertVerificationError):
        asyncio.run(talk())


def test_a_websocket_is_told_when_its_revision_ends_and_finds_the_next(platform):
    configure_a_new_revision(platform)

    async def talk():
        async with open_socket(platform, tls(platform)) as former:
            await former.send("before")
            assert await former.recv() == "before"
            await asyncio.to_thread(platform.up)
            with pytest.raises(ConnectionClosedError):
                await former.recv()
        async with open_socket(platform, tls(platform)) as latter:
            await latter.send("after")
            assert await latter.recv() == "after"
        return former.close_code

    assert asyncio.run(talk()) == 1012  # service restart: come again


@pytest.fixture
def job(platform):
    """Declares a job with the api's image, settings and identity, starts it and waits for its end."""

    def job(code):
        wish(platform, "job", ["python", "-c", code])
        platform.up()
        return platform.ignition("job", JOB, "--state-dir", str(platform.state))

    yield job
    wish(platform, "job", None)
    platform.up()


def test_a_declared_job_runs_with_the_apps_settings_and_its_log_is_kept(platform, job):
    ended = job(ROLE)
    assert ended.code == 0, ended.output
    assert "role ignition_a" in ended.output.splitlines()
    assert "role ignition_a" in platform.ignition("logs", JOB, "--state-dir", str(platform.state)).output.splitlines()


def test_a_failed_job_ends_with_its_exit_code_which_is_kept(platform, job):
    ended = job("print('no such table'); raise SystemExit(3)")
    assert ended.code == 3, ended.output
    assert "no such table" in ended.output.splitlines()
    execution = ended.output.splitlines()[-1].partition(" failed: ")[0]
    kept = connect_to_daemon(platform.state).get(f"/api/jobs/{JOB}/executions/{execution}")
    assert (kept["state"], list(kept["exit_codes"].values())) == ("Failed", [3])
    assert "exited with code 3" in kept["reason"]


def test_a_secret_that_a_job_prints_is_not_shown(job):
    ended = job("import os; print('url', os.environ['DATABASE_URL'])")
    assert ended.code == 0
    assert [line for line in ended.output.splitlines() if line.startswith("url ")] == ["url ••••••••"]


def test_a_job_that_is_no_longer_declared_cannot_be_started(platform, job):
    assert job("pass").code == 0
    wish(platform, "job", None)
    platform.up()
    refused = platform.ignition("job", JOB, "--state-dir", str(platform.state))
    assert refused.code == 1
    assert f"there is no job '{JOB}'; jobs here: none" in refused.output
