"""What becomes of problems in one engine's run, and its report."""

import json

import pytest

from local_cloud.server.exceptions import FILE_NAME
from local_cloud.server.plan.report import REPORT_VARIABLE, STRICT_VARIABLE, Refusal, ReportFile, read
from local_cloud.server.plan.sessions import EngineRun, PlanSessions
from local_cloud.server.rules import ListedValueProblem, Problem

TOKEN = "azure-native:keyvault:Vault"
URN = f"urn:pulumi:dev::trial::{TOKEN}::vault"
OTHER = "urn:pulumi:dev::trial::azure-native:network:Subnet::apps"
LISTED = ListedValueProblem("sku.name", "'sku.name' is 'ultimate'", "ultimate", rule="sdk.listed-value")
BREACH = Problem("addressPrefix", "they overlap", rule="network.subnets-overlap")


@pytest.fixture
def report(tmp_path):
    file = tmp_path / "report"
    file.touch()
    return file


def _run(tmp_path, report, entry=""):
    (tmp_path / FILE_NAME).write_text(entry)
    return EngineRun(tmp_path, {REPORT_VARIABLE: str(report)})


VALUE_ENTRY = f"- {{type: '{TOKEN}', property: sku.name, value: ultimate, reason: new, expires: 2999-01-31}}"
RULE_ENTRY = "- {rule: network.subnets-overlap, resources: [vault, 'ap*'], reason: tried, expires: 2999-01-31}"


def test_a_listed_value_without_an_entry_is_refused_with_the_file_that_would_accept_it(tmp_path, report):
    verdict = _run(tmp_path, report).verdict(URN, TOKEN, LISTED)
    assert verdict.accepted is None
    assert FILE_NAME in str(verdict.reason)


@pytest.mark.parametrize(("entry", "problem", "other"), [(VALUE_ENTRY, LISTED, ""), (RULE_ENTRY, BREACH, OTHER)])
def test_an_entry_accepts_is_reported_and_counts_as_used(tmp_path, report, entry, problem, other):
    run = _run(tmp_path, report, entry)
    assert len(run.unused) == 1
    assert run.verdict(URN, TOKEN, problem, other).reason is None
    assert run.unused == []
    (line,) = read(report)
    assert (line["kind"], line["rule"], line["entry"]) == ("accepted", problem.rule, 1)


@pytest.mark.parametrize("resources", ["[vault]", "[apps]", "['urn:pulumi:prod::*']", "[vaul]"])
def test_an_entry_for_a_rule_must_name_every_resource(tmp_path, report, resources):
    run = _run(tmp_path, report, RULE_ENTRY.replace("[vault, 'ap*']", resources))
    assert run.verdict(URN, TOKEN, BREACH, OTHER).reason == "they overlap"


@pytest.mark.parametrize("entry", [VALUE_ENTRY, RULE_ENTRY])
def test_an_expired_entry_accepts_nothing_and_is_named(tmp_path, report, entry):
    run = _run(tmp_path, report, entry.replace("2999", "2020"))
    problem, other = (LISTED, "") if entry == VALUE_ENTRY else (BREACH, OTHER)
    assert "ended on 2020-01-31" in str(run.verdict(URN, TOKEN, problem, other).reason)


def test_a_resource_that_is_checked_twice_is_refused_once(tmp_path, report):
    run = _run(tmp_path, report)
    for _ in range(2):
        run.refuse(Refusal(rule="sdk.type", urn=URN, token=TOKEN, path="a", message="no"))
    assert len(run.refusals) == 1
    assert run.is_refused(URN)
    assert not run.is_refused(OTHER)


def test_strict_is_what_the_engines_environment_says(tmp_path):
    assert EngineRun(tmp_path, {STRICT_VARIABLE: "1"}).strict
    assert not EngineRun(tmp_path, {STRICT_VARIABLE: "0"}).strict
    assert not EngineRun(tmp_path, {}).strict


def test_a_preview_is_under_way_from_its_beginning_to_its_end(tmp_path):
    sessions, run = PlanSessions(), EngineRun(tmp_path, {})
    sessions.begin("127.0.0.1:1", run)
    assert sessions.under_way("127.0.0.1:1") is run
    assert sessions.end("127.0.0.1:1") is run
    assert sessions.under_way("127.0.0.1:1") is None


def test_a_report_goes_to_a_file_that_is_there_and_makes_none(tmp_path, report):
    ReportFile({REPORT_VARIABLE: str(report)}).add("x", text="a\nb")
    assert json.loads(report.read_text()) == {"kind": "x", "text": "a\nb"}
    ReportFile({REPORT_VARIABLE: str(tmp_path / "none")}).add("x")
    ReportFile({}).add("x")
    assert not (tmp_path / "none").exists()


def test_a_report_does_not_follow_a_link(tmp_path, report):
    link = tmp_path / "link"
    link.symlink_to(report)
    ReportFile({REPORT_VARIABLE: str(link)}).add("x")
    assert report.read_text() == ""
