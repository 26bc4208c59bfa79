"""Policy packs of the real library, started by the host at the engine's request."""

import pytest
import yaml

from tests.support.pulumi_project import write_project

PROGRAM = "import pulumi_random as random\nrandom.RandomPassword('short', length=6)\n"
PACK = """
import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy


def long_enough(args, report_violation):
    least = pulumi.Config().require_int("least")
    if args.resource_type == "random:index/randomPassword:RandomPassword" and args.props["length"] < least:
        report_violation(f"{args.name} of {pulumi.get_project()}/{pulumi.get_stack()} has fewer than {least} characters")


PolicyPack(
    "passwords",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy("long-enough", "Passwords are long enough.", long_enough)],
)
"""


@pytest.fixture(params=["warm", "cold"])
def host(request):
    return request.getfixturevalue(request.param)


def _pack(directory, program=PACK):
    directory.mkdir()
    (directory / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"runtime": "python", "description": "trial"}))
    (directory / "__main__.py").write_text(program)
    return directory


def _preview(host, tmp_path, least, program=PACK):
    project = write_project(tmp_path / "project", PROGRAM, {"trial:least": least})
    return host.preview(project, "dev", "--policy-pack", str(_pack(tmp_path / "pack", program)))


def test_a_mandatory_violation_fails_the_preview_and_knows_the_stack(host, tmp_path):
    result = _preview(host, tmp_path, 8)
    violations = [event["policyEvent"] for event in result.events if "policyEvent" in event]
    assert result.code != 0
    assert [(each["policyName"], each["enforcementLevel"]) for each in violations] == [("long-enough", "mandatory")]
    assert "short of trial/dev has fewer than 8 characters" in violations[0]["message"]


def test_a_stack_that_keeps_to_the_policies_passes(host, tmp_path):
    result = _preview(host, tmp_path, 6)
    assert result.code == 0, result.output
    assert "passwords" in result.output


def test_a_pack_that_does_not_start_says_why(warm, tmp_path):
    for attempt in range(5):  # now and then the engine notices first that the pack ended, and does not ask why
        result = _preview(warm, tmp_path / str(attempt), 6, "raise ValueError('the mistake of the pack')")
        assert result.code != 0
        if "the policy pack ended before it told its port" in result.output:
            break
    assert "the policy pack ended before it told its port" in result.output
    assert "the mistake of the pack" in result.output
