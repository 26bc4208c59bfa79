"""`ignition preview STACK` of this repository's own program."""

import json
import re

import pytest

from tests.support.ignition_command import ROOT

STACKS = ("dev", "prod", "local")
CLOSING = re.compile(r"(\d+) to create(?:, \d+ accepted exceptions? \(accepted-exceptions\.yaml\))?; \d+\.\d s")


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_previews_without_credentials_network_or_state_and_without_a_warning(ignition, stack):
    ran = ignition("preview", stack, "--strict")
    assert ran.code == 0, ran.everything
    closing = CLOSING.fullmatch(ran.closing_line)
    assert closing, ran.closing_line
    assert int(closing[1]) > 90


def test_json_on_standard_output_is_nothing_but_json(ignition):
    ran = ignition("preview", "dev", "--json")
    document = json.loads(ran.out)
    assert ran.code == 0
    assert document["changeSummary"]["create"] == len(document["steps"])
    assert {each["op"] for each in document["steps"]} == {"create"}


def test_a_diff_shows_the_properties(ignition):
    plain, detailed = ignition("preview", "dev"), ignition("preview", "dev", "--diff")
    assert detailed.code == 0
    assert "addressPrefixes" not in plain.out
    assert "addressPrefixes" in detailed.out
    assert "10.30.0.0/16" in detailed.out


def test_nothing_is_left_in_the_project(ignition, tmp_path):
    before = ignition("preview", "dev", TMPDIR=str(tmp_path))
    assert before.code == 0
    assert list(tmp_path.glob("ignition-preview-*")) == []


def test_an_unknown_stack_is_refused_with_those_there_are(ignition):
    ran = ignition("preview", "staging")
    assert ran.code == 1
    assert "there is no Pulumi.staging.yaml" in ran.err
    assert "stacks here: dev, local, prod" in ran.err
    assert "Traceback" not in ran.everything


def test_a_directory_without_a_project_is_refused_with_what_to_do(ignition, tmp_path):
    ran = ignition("preview", "dev", cwd=tmp_path)
    assert ran.code == 1
    assert "has no Pulumi.yaml; run this in the project's directory" in ran.err


def test_a_project_elsewhere_is_named_with_cwd(ignition, tmp_path):
    assert ignition("preview", "dev", "--cwd", str(ROOT), cwd=tmp_path).code == 0
