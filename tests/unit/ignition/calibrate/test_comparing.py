"""What was refused there and not here, here and not there, and outputs that differ."""

import pytest

from ignition.calibrate.comparing import compared
from ignition.calibrate.recorded import read
from tests.unit.ignition.calibrate.records import (
    BAD,
    BUCKET,
    GOOD,
    PASSWORD,
    SECRET,
    diagnostic,
    done,
    event_log,
    exported,
    failed,
    pre,
    state,
    urn,
)


@pytest.fixture
def calibration(tmp_path):
    def of(text):
        file = tmp_path / "record"
        file.write_text(text)
        return compared(read(file, "trial", "prod"))

    return of


def names(resources):
    return [each.seen.name for each in resources]


def test_a_run_that_agrees_disagrees_in_nothing_and_confirms_its_types(calibration):
    found = calibration(
        exported(state(BUCKET, "a", GOOD, GOOD), state(PASSWORD, "p", {"length": 9}, {"length": 9, "result": SECRET}))
    )
    assert not found.refused_there
    assert not found.refused_here
    assert not found.different
    assert dict(found.confirmed) == {BUCKET: 1, PASSWORD: 1}


def test_what_the_cloud_refused_and_no_rule_does_is_listed(calibration):
    bucket = state(BUCKET, "a", GOOD)
    found = calibration(event_log(pre(bucket), failed(bucket), diagnostic("10004: name taken", urn(BUCKET, "a"))))
    assert names(found.refused_there) == ["a"]
    assert found.confirmed == {}


def test_what_a_rule_refuses_and_the_cloud_took_is_listed_with_the_rule(calibration):
    found = calibration(exported(state(BUCKET, "a", BAD, BAD)))
    assert names(found.refused_here) == ["a"]
    assert found.refused_here[0].here[0].path == "name"
    assert found.refused_here[0].here[0].rule.startswith("cloudflare.R2Bucket.name")
    assert found.confirmed == {}


def test_what_both_refuse_is_a_list_of_its_own(calibration):
    bucket = state(BUCKET, "a", BAD)
    found = calibration(event_log(pre(bucket), failed(bucket), diagnostic("10005: invalid name", urn(BUCKET, "a"))))
    assert names(found.refused_by_both) == ["a"]
    assert not found.refused_there
    assert not found.refused_here


def test_an_output_that_the_cloud_answered_otherwise_is_listed_with_both_values(calibration):
    found = calibration(exported(state(BUCKET, "a", GOOD, {**GOOD, "name": "another"})))
    (one,) = found.different[0].differences
    assert (one.path, one.here, one.there) == ("name", "'ignition-trial'", "'another'")
    assert found.confirmed == {}


def test_other_letters_are_no_difference(calibration):
    found = calibration(exported(state(BUCKET, "a", GOOD, {**GOOD, "accountId": GOOD["accountId"].upper()})))
    assert found.different == []


def test_outputs_that_only_the_cloud_knew_are_counted_and_no_difference(calibration):
    found = calibration(exported(state(BUCKET, "a", GOOD, {**GOOD, "creationDate": "2026-12-01"})))
    assert found.different == []
    assert "creationDate" in found.resources[0].only_there


def test_a_rule_over_the_plan_is_replayed_too(calibration):
    found = calibration(exported(state(BUCKET, "a", GOOD, GOOD), state(BUCKET, "b", GOOD, GOOD)))
    assert [each.here[0].rule for each in found.refused_here] != []


def test_an_update_that_is_refused_here_is_replayed_as_an_update(calibration):
    server = "azure-native:dbforpostgresql:Server"
    old = state(server, "s", {"resourceGroupName": "rg-a", "serverName": "psql-a", "storage": {"storageSizeGB": 64}})
    new = state(server, "s", {"resourceGroupName": "rg-a", "serverName": "psql-a", "storage": {"storageSizeGB": 32}})
    found = calibration(event_log(pre(new, "update", old), done(new, "update", old)))
    assert "change.one-way" in [each.rule for each in found.refused_here[0].here]


def test_a_type_without_rules_here_is_not_compared_and_not_confirmed(calibration):
    found = calibration(exported(state("aws:s3/bucket:Bucket", "a", {"x": 1}, {"x": 2})))
    assert not found.resources[0].registered
    assert found.confirmed == {}
