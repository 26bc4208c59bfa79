"""Digests of previews: equal for equal operations, different for everything that a reviewer would want to see again."""

import copy
import json

import pytest
from click.testing import CliRunner

from ignition.deployment.approval import NotAPreviewError, differences, read
from ignition.deployment.operations import command

SERVER = "urn:pulumi:prod::ignition::azure-native:dbforpostgresql:Server::database"
BUCKET = "urn:pulumi:prod::ignition::cloudflare:index/r2Bucket:R2Bucket::bucket"
STACK = "urn:pulumi:prod::ignition::pulumi:pulumi:Stack::ignition-prod"
PREVIEW = {
    "steps": [
        {"op": "same", "urn": STACK, "newState": {"inputs": {}}},
        {
            "op": "update",
            "urn": SERVER,
            "detailedDiff": {"storage.storageSizeGB": {"kind": "update"}},
            "newState": {"inputs": {"storage": {"storageSizeGB": 64}, "administratorLoginPassword": "[secret]"}},
        },
        {"op": "create", "urn": BUCKET, "newState": {"inputs": {"name": "files"}}},
    ],
    "duration": 11608216191,
}


def changed(change):
    document = copy.deepcopy(PREVIEW)
    change(document)
    return read(json.dumps(document))


def approved():
    return read(json.dumps(PREVIEW))


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document["steps"].reverse(),
        lambda document: document.update(duration=1),
        lambda document: document["steps"].pop(0),
        lambda document: document["steps"][1]["newState"].update(sourcePosition="project:///infra/x.py#1"),
    ],
    ids=["order", "duration", "a step that changes nothing", "the line in the program"],
)
def test_what_no_reviewer_cares_about_does_not_change_the_digest(change):
    assert changed(change).digest == approved().digest
    assert differences(approved(), changed(change)) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda document: document["steps"].pop(2), f"no longer: create {BUCKET}"),
        (lambda document: document["steps"].append({"op": "delete", "urn": STACK}), f"new: delete {STACK}"),
        (
            lambda document: document["steps"][1]["newState"]["inputs"]["storage"].update(storageSizeGB=128),
            f"with other values: update {SERVER}",
        ),
        (
            lambda document: document["steps"][1]["detailedDiff"].update(location={"kind": "update-replace"}),
            f"with other values: update {SERVER}",
        ),
    ],
    ids=["an operation less", "an operation more", "another value", "another changed property"],
)
def test_what_a_reviewer_would_want_to_see_again_is_named(change, line):
    assert changed(change).digest != approved().digest
    assert differences(approved(), changed(change)) == [line]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Previewing update (prod)", "it is not JSON"),
        ("[]", 'it has no list "steps"'),
        ('{"steps": [{"urn": "x"}]}', 'a step in it lacks "op" or "urn"'),
        ('{"steps": [7]}', 'a step in it lacks "op" or "urn"'),
        ('{"steps": [], "diagnostics": [{"severity": "error", "message": "no"}]}', "the preview failed"),
        ('{"steps": [], "refusals": [{"rule": "x"}]}', "the preview failed"),
    ],
)
def test_what_is_no_preview_is_refused(text, reason):
    with pytest.raises(NotAPreviewError, match=reason):
        read(text)


def test_the_command_stops_a_deployment_whose_operations_changed(tmp_path):
    before, now = tmp_path / "approved.json", tmp_path / "now.json"
    before.write_text(json.dumps(PREVIEW))
    now.write_text(json.dumps(PREVIEW | {"steps": PREVIEW["steps"][:2]}))
    ran = CliRunner().invoke(command, [str(now), "--approved", str(before)])
    assert ran.exit_code == 1
    assert f"no longer: create {BUCKET}" in ran.output
    assert "Nothing was applied. Have the new preview reviewed, then deploy again." in ran.output
    same = CliRunner().invoke(command, ["-", "--approved", str(before), "--json"], input=before.read_text())
    assert same.exit_code == 0, same.output
    assert json.loads(same.output)["operations"] == {"create": 1, "update": 1}


def test_the_command_says_how_to_write_a_preview(tmp_path):
    file = tmp_path / "log.txt"
    file.write_bytes(b"\xff\xfe")
    assert "is not text. Write it with" in CliRunner().invoke(command, [str(file)]).output
    file.write_text("up")
    ran = CliRunner().invoke(command, [str(file)])
    assert (ran.exit_code, "Write it with `pulumi preview" in ran.output) == (1, True)
