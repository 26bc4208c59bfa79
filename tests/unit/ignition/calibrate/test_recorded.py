"""Which files are records of runs, and that no secret of one is read."""

import json

import pytest

from ignition.calibrate.recorded import RecordError, read
from local_cloud.server.wire import UNKNOWN, Secret
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
def recorded(tmp_path):
    def write(text):
        file = tmp_path / "record"
        file.write_text(text)
        return read(file, "trial", "prod")

    return write


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "3",
        "null",
        "hello\nworld",
        '{"a": 1}\n{"b": 2}\n',
        '{"deployment": []}',
        '{"deployment": {"resources": []}}',
    ],
)
def test_what_is_no_record_is_told_with_what_can_be_read(recorded, text):
    with pytest.raises(RecordError, match=r"is no record of a run: .*pulumi stack export.*event log.*--json"):
        recorded(text)


def test_a_binary_file_is_no_record(tmp_path):
    (tmp_path / "record").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordError, match="is no record"):
        read(tmp_path / "record", "trial", "prod")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordError, match=r"nothing cannot be read \(No such file"):
        read(tmp_path / "nothing", "trial", "prod")


@pytest.mark.parametrize("old", ["prod::trial", "prod::trial::"])
def test_a_record_of_another_stack_is_refused_by_name(recorded, old):
    text = exported(state(BUCKET, "b", GOOD)).replace(old, old.replace("prod", "dev").replace("trial", "other"))
    with pytest.raises(RecordError, match="is the record of stack 'dev' of project 'other', not of stack 'prod'"):
        recorded(text)


def test_a_state_was_deployed_and_a_preview_was_not(recorded):
    assert recorded(exported(state(BUCKET, "b", GOOD, GOOD))).deployed
    steps = {"steps": [{"op": "create", "newState": state(BUCKET, "b", GOOD)}], "diagnostics": []}
    assert not recorded(json.dumps(steps)).deployed
    assert not recorded(event_log(pre(state(BUCKET, "b", GOOD), planning=True))).deployed
    assert recorded(event_log(pre(state(BUCKET, "b", GOOD)), done(state(BUCKET, "b", GOOD, GOOD)))).deployed


def test_a_failure_has_its_reason_from_the_diagnostic(recorded):
    bucket = state(BUCKET, "b", BAD)
    (seen,) = recorded(
        event_log(pre(bucket), failed(bucket), diagnostic("409 no such name", urn(BUCKET, "b")))
    ).resources
    assert seen.failures == ["409 no such name"]
    assert seen.outputs is None


def test_an_error_of_the_program_alone_is_a_record_too(recorded):
    found = recorded(event_log(diagnostic("the program raised")))
    assert (found.resources, found.further) == ([], ["the program raised"])


def test_a_log_that_was_torn_in_its_last_line_is_read_up_to_it(recorded):
    text = event_log(pre(state(BUCKET, "b", GOOD)))
    assert len(recorded(text + '{"resOutputsEv').resources) == 1


def test_a_log_that_is_torn_in_the_middle_is_no_log(recorded):
    text = event_log(pre(state(BUCKET, "b", GOOD)))
    with pytest.raises(RecordError):
        recorded('{"resOutputsEv\n' + text)


@pytest.mark.parametrize("value", [SECRET, "[secret]"])
def test_a_secret_is_unknown_from_the_moment_of_reading(recorded, value):
    (seen,) = recorded(exported(state(PASSWORD, "p", {"length": 9}, {"result": value}))).resources
    assert isinstance(seen.outputs["result"], Secret)
    assert seen.outputs["result"].value is UNKNOWN


def test_providers_and_the_stack_are_not_compared(recorded):
    stack, provider = (
        {**state(token, "x", {}), "custom": True} for token in ("pulumi:pulumi:Stack", "pulumi:providers:random")
    )
    assert len(recorded(exported(stack, provider, state(BUCKET, "b", GOOD))).resources) == 1
