"""`ignition calibrate`: what it prints, what it writes, and what it refuses."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from ignition.calibrate import command as calibrate
from ignition.calibrate.confirmed import append
from ignition.calibrate.recorded import RecordError
from local_cloud.catalog import PACKAGES
from local_cloud.confirmed_live import FILE, entries, last_dates
from tests.unit.ignition.calibrate.records import BAD, BUCKET, GOOD, PASSWORD, SECRET, event_log, exported, pre, state


@pytest.fixture
def project(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    return tmp_path


@pytest.fixture
def run(project, monkeypatch):
    monkeypatch.setattr(calibrate, "append", lambda *of: append(*of, project / "confirmed.yaml"))

    def of(text, *options):
        (project / "record").write_text(text)
        arguments = ["prod", str(project / "record"), "--cwd", str(project), *options]
        return CliRunner().invoke(calibrate.command, arguments)

    return of


def test_agreement_is_said_and_ends_with_0(run):
    ran = run(exported(state(BUCKET, "a", GOOD, GOOD)))
    assert ran.exit_code == 0
    assert "Both say the same." in ran.output


def test_disagreement_is_listed_and_ends_with_1(run):
    ran = run(exported(state(BUCKET, "a", BAD, BAD)))
    assert ran.exit_code == 1
    assert (
        "Refused here and not there (1):\n- a (cloudflare:index/r2Bucket:R2Bucket)\n    here: cloudflare.R2Bucket.name"
        in ran.output
    )


def test_confirmed_types_are_appended_with_day_and_version(run, project):
    text = exported(state(BUCKET, "a", GOOD, GOOD))
    for _ in range(2):
        assert run(text, "--confirm").exit_code == 0
    runs = entries(project / "confirmed.yaml")
    assert [each["types"] for each in runs] == [{BUCKET: 1}, {BUCKET: 1}]
    assert runs[0]["with"][0].startswith("pulumi-cloudflare 6.")
    assert last_dates(project / "confirmed.yaml") == {BUCKET: str(dt.datetime.now(dt.UTC).date())}


def test_without_confirm_nothing_is_written(run, project):
    run(exported(state(BUCKET, "a", GOOD, GOOD)))
    assert not (project / "confirmed.yaml").exists()


def test_a_preview_confirms_nothing(run, project):
    ran = run(event_log(pre(state(BUCKET, "a", GOOD), planning=True)), "--confirm")
    assert ran.exit_code == 1
    assert "deployed nothing, so it confirms nothing" in ran.output
    assert not (project / "confirmed.yaml").exists()


def test_a_stack_of_the_local_cloud_confirms_nothing(run, project):
    (project / "Pulumi.prod.yaml").write_text("config:\n  ignition:attached_providers_only: true\n")
    ran = run(exported(state(BUCKET, "a", GOOD, GOOD)), "--confirm")
    assert "a stack of the local cloud confirms nothing" in ran.output
    assert not (project / "confirmed.yaml").exists()


def test_a_log_that_is_no_log_is_one_message(run):
    ran = run("what?")
    assert ran.exit_code == 1
    assert ran.output.startswith("Error: ")
    assert "is no record of a run" in ran.output


@pytest.mark.parametrize("options", [(), ("--json",), ("--confirm",)])
def test_no_secret_is_printed_or_written(run, project, options):
    told = {"length": 9, "result": SECRET, "bcryptHash": SECRET}
    ran = run(exported(state(PASSWORD, "p", {"length": 9, "keepers": {"a": SECRET}}, told)), *options)
    written = "".join(each.read_text() for each in project.glob("confirmed*"))
    assert "correct-Horse" not in ran.output + written


def test_the_json_has_for_each_resource_what_both_say(run):
    document = json.loads(run(exported(state(BUCKET, "a", BAD, BAD)), "--json").output)
    (resource,) = document["resources"]
    assert (resource["agrees"], resource["refusedThere"], resource["refusedHere"][0]["path"]) == (False, [], "name")


def test_a_file_of_confirmed_types_that_is_damaged_is_named(tmp_path):
    (tmp_path / "c.yaml").write_text("a: 1\n")
    with pytest.raises(RecordError, match="must be a list of runs"):
        append({BUCKET: 1}, "prod", dt.date(2026, 12, 1), tmp_path / "c.yaml")


def test_the_checked_in_file_names_registered_types_only():
    known = {token for package in PACKAGES for token in package.by_token()}
    assert set(last_dates(FILE)) <= known


def test_a_secret_that_the_record_repeats_without_its_mark_is_struck_out(run):
    repeated = {**GOOD, "name": "x-correct-Horse-7-battery"}
    ran = run(exported(state(PASSWORD, "p", {"length": 9}, {"result": SECRET}), state(BUCKET, "a", GOOD, repeated)))
    assert "name: here 'ignition-trial', there 'x-(secret)'" in ran.output
