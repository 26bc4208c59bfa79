"""Who gets into the console and the control endpoint: programs by header, a browser once by a link, and then only to read."""

import os
import stat
import sys

import httpx
import pytest

from tests.integration.console.conftest import PAGES
from tests.support.waiting import until

CHANGES = ("/api/overrides", "/api/stop", "/api/sign-in-codes", "/api/jobs/x/executions")
NOT_SHOWN = ("/api/psql-url", "/api/addresses?server=x", "/api/status", *CHANGES)


@pytest.fixture
def session(base, link, job):
    """A browser's side of a session, without the browser: its address and its cookie."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        answer = client.get(link())
        assert answer.status_code == 200
        (cookie,) = answer.cookies.jar
        yield f"{base}{cookie.path}", f"{cookie.name}={cookie.value}"


def test_the_cookie_is_for_one_path_that_nobody_can_guess(base, link, token):
    cookie = httpx.get(link(), trust_env=False).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert {each.partition("=")[0].lower() for each in attributes} == {"httponly", "path", "samesite"}
    assert "SameSite=strict" in attributes
    path = next(each for each in attributes if each.startswith("Path="))
    assert len(path) > len("Path=/session/") + 20
    assert token() not in cookie
    assert name.partition("=")[2] not in path


@pytest.mark.parametrize("page", PAGES)
def test_a_session_shows_every_page(session, page):
    home, cookie = session
    assert httpx.get(f"{home}{page}", headers={"Cookie": cookie}, trust_env=False).status_code == 200


@pytest.mark.parametrize("cookie", ["", "ignition-console=", "ignition-console=x"])
def test_the_address_of_a_session_shows_nothing_without_its_cookie(session, cookie):
    home, _ = session
    answer = httpx.get(f"{home}/apps", headers={"Cookie": cookie}, trust_env=False)
    assert (answer.status_code, "ignition open console" in answer.text) == (401, True)


def test_the_cookie_opens_no_other_session_and_nothing_outside(base, session, link):
    _, cookie = session
    other = httpx.get(link(), trust_env=False).cookies.jar
    (path,) = {each.path for each in other}
    for address in (f"{base}{path}/", f"{base}/", *(f"{base}{each}" for each in NOT_SHOWN)):
        assert httpx.get(address, headers={"Cookie": cookie}, trust_env=False).status_code == 401


@pytest.mark.parametrize("path", NOT_SHOWN)
def test_a_session_has_none_of_the_controls(session, path):
    home, cookie = session
    assert httpx.get(f"{home}{path}", headers={"Cookie": cookie}, trust_env=False).status_code == 404


@pytest.mark.parametrize("path", [*CHANGES, "/apps"])
def test_a_session_changes_nothing(session, path):
    home, cookie = session
    answer = httpx.post(f"{home}{path}", headers={"Cookie": cookie}, json={}, trust_env=False)
    assert answer.status_code == 405


@pytest.mark.parametrize("path", [*PAGES, *NOT_SHOWN])
def test_the_token_counts_in_its_header_alone(base, token, path):
    key = token()
    for headers, params in (
        ({"Cookie": f"ignition-console={key}"}, {}),
        ({}, {"token": key}),
        ({"Authorization": key}, {}),
        ({"Authorization": f"Basic {key}"}, {}),
    ):
        assert httpx.get(f"{base}{path}", headers=headers, params=params, trust_env=False).status_code == 401


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_change_is_json(console, path, kind):
    answer = console.post(
        path, content=b'{"app": "api", "command": "true", "cwd": "/"}', headers={"Content-Type": kind}
    )
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/api/status", "/api/psql-url", *CHANGES])
@pytest.mark.parametrize("origin", ["http://127.0.0.1:3999", "http://localhost:3999", "https://site.example", "null"])
def test_a_page_of_another_site_or_port_gets_nothing_even_with_the_token(console, path, origin):
    method = "POST" if path in CHANGES else "GET"
    answer = console.request(method, path, json={}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("host", ["rebound.example", "console.localhost", "127.0.0.1.rebound.example"])
def test_a_name_that_is_rebound_to_loopback_gets_nothing(console, host):
    assert console.get("/api/status", headers={"Host": host}).status_code == 400


def test_a_link_signs_in_once(link):
    address = link()
    assert [httpx.get(address, trust_env=False).status_code for _ in range(2)] == [200, 401]


def test_the_token_is_another_one_after_a_start_and_the_old_one_is_void(platform, base, token, link):
    before, address = token(), link()
    platform.stop()
    platform.up()
    assert token() != before
    old = httpx.get(f"{base}/api/status", headers={"Authorization": f"Bearer {before}"}, trust_env=False)
    assert old.status_code == 401
    assert httpx.get(address, trust_env=False).status_code == 401


def test_the_browser_is_started_without_a_secret_among_its_arguments(platform, tmp_path, browser, token):
    """`ignition open console` as a person types it, with a browser that notes its arguments; then Chromium opens what it was given."""
    noted = tmp_path / "arguments"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$0" "$@" > {noted}.new && mv {noted}.new {noted}\n')
    program.chmod(0o700)
    ran = platform.ignition("open", "console", "--state-dir", str(platform.state), BROWSER=f"{program} %s")
    assert (ran.code, ran.output) == (0, "")
    until(noted.exists, "the browser's start")
    _, address = noted.read_text().splitlines()
    file = platform.state / "open-console.html"
    assert address == file.as_uri()
    assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_uid) == (0o600, os.geteuid())
    browser.get(address)
    until(lambda: "/session/" in browser.current_url, "the console behind the file")
    until(lambda: browser.title.startswith("Overview"), "its first page")
    assert token() not in browser.page_source
    browser.get(address)
    until(lambda: "used already" in browser.page_source, "the refusal of the second use")


def test_the_printed_link_is_of_use_where_there_is_no_browser(platform):
    printed = platform.ignition("open", "console", "--print", "--state-dir", str(platform.state)).output.strip()
    assert httpx.get(printed, trust_env=False).status_code == 200
    without = platform.ignition(
        "open", "console", "--state-dir", str(platform.state), BROWSER="/nowhere %s", PATH=str(sys.prefix)
    )
    assert (without.code, "sign-in?code=" in without.output) == (1, True)
