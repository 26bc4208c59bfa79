"""What programs get, and who gets nothing."""

import html
import re

import httpx
import pytest

from tests.integration.console.conftest import PAGES
from tests.support.rollouts import JOB
from tests.support.waiting import until

POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"}


@pytest.mark.parametrize(
    "path", [*PAGES, "/api/resources", "/api/logs/api", "/api/logs/api/events", "/static/console.js"]
)
def test_nothing_is_shown_without_the_key(base, path):
    answer = httpx.get(f"{base}{path}", trust_env=False)
    assert answer.status_code == 401
    assert "ignition open console" in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_whatever_it_does_not_need(console, path):
    headers = console.get(path).headers
    assert set(headers["content-security-policy"].split("; ")) >= POLICY
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_or_style_of_its_own(console, path):
    page = console.get(path).text
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []


def test_a_filter_works_without_javascript(console):
    page = console.get("/resources", params={"filter": "DnsRecord api"}).text
    assert set(re.findall(r'<th scope="row"><a [^>]*>([^<]*)', page)) == {"api-host-asuid", "api-host-cname"}


def test_what_a_filter_says_is_escaped(console):
    assert "<b>" not in console.get("/resources", params={"filter": '"><b>'}).text


def test_a_resource_that_is_not_there_is_not_found(console):
    answer = console.get("/resources/local::ignition::no:such:Type::nothing")
    assert answer.status_code == 404
    assert "The stack has no such resource" in answer.text


def test_programs_get_every_resource_with_what_it_depends_on(console):
    resources = {each["name"]: each for each in console.get("/api/resources").json()}
    assert resources["api-app"]["state"] == "exists"
    assert resources["api-app"]["outputs"]["name"] == "ignition-local-api"
    assert resources["group"]["urn"] in resources["vault-vault"]["dependencies"]
    assert resources["ignition-local"]["state"] == "component"


def test_the_last_lines_of_a_log_are_as_many_as_asked_for(console, platform):
    for number in range(5):
        platform.get("api.ecent.online", f"/health?number={number}")
    until(lambda: "number=4" in console.get("/api/logs/api").text, "the lines in the log")
    *_, heading, first, second, third = console.get("/api/logs/api", params={"lines": 3}).text.splitlines()
    assert re.fullmatch(r"==> ignition-local-api--\w+-1/api <==", heading)
    assert ["number=2" in first, "number=3" in second, "number=4" in third] == [True, True, True]


def test_a_followed_log_goes_on_with_what_is_written(console, platform):
    with console.stream("GET", "/api/logs/api", params={"follow": 1, "lines": 1}) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("==> ")
        platform.get("api.ecent.online", "/health?while=followed")
        assert any("while=followed" in line for line in lines)


def test_an_unknown_app_is_named_beside_those_there_are(console):
    answer = console.get("/api/logs/apo")
    assert answer.status_code == 404
    assert answer.text == f"there is no app 'apo'; apps here: api, admin, {JOB}"


def test_the_log_of_a_job_is_its_last_executions_or_that_of_the_one_that_is_named(console, job):
    first, second = job.run(), job.run("fail")
    assert console.get(f"/api/logs/{JOB}").text.splitlines()[0] == f"==> {second}-1/statement <=="
    named = console.get(f"/api/logs/{JOB}", params={"execution": first}).text.splitlines()
    assert (named[0], named[-1]) == (f"==> {first}-1/statement <==", "all rows are there")


def test_an_unknown_execution_is_named_beside_those_that_are_kept(console, job):
    kept = job.run()
    answer = console.get(f"/api/logs/{JOB}", params={"execution": "no"})
    assert answer.status_code == 404
    assert answer.text.startswith(f"job {JOB} has no execution 'no'; kept are: ")
    assert kept in answer.text


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/jobs/no<b>", "There is no job “no&lt;b&gt;” here."),
        (f"/jobs/{JOB}?execution=no<b>", f"Of the job “{JOB}” no execution “no&lt;b&gt;” is kept."),
    ],
)
def test_a_job_or_an_execution_that_is_not_there_is_not_found(console, path, says):
    answer = console.get(path)
    assert answer.status_code == 404
    assert says in answer.text


def test_the_page_of_a_job_leads_to_its_log_without_javascript(console, job):
    name = job.run()
    page = console.get(f"/jobs/{JOB}", params={"execution": name}).text
    (link,) = re.findall(r'<a href="([^"]*)">the last lines as text', page)
    assert "all rows are there" in console.get(html.unescape(link)).text


def test_a_followed_log_ends_with_the_cloud(console, platform):
    with console.stream("GET", "/api/logs/api", params={"follow": 1}) as answer:
        lines = answer.iter_lines()
        next(lines)
        platform.stop()
        for _ in lines:
            pass  # an answer that is cut off raises
    said = (platform.state / "daemon.log").read_text()
    platform.up()
    assert "Traceback" not in said
