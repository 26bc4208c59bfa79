"""The pack's run in the warm process: loaded as the SDK loads it, asked as the engine asks it."""

import base64
import json
import subprocess
import sys
from dataclasses import asdict

import pytest
import yaml
from google.protobuf import struct_pb2
from pulumi.runtime.proto import resource_pb2

from local_cloud.language_host.recorder import HEADER
from local_cloud.policies.analyzer import Request

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
HEAD = """
import pulumi
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, Severity, StackValidationPolicy
"""
OF_RESOURCES = """
def validate(args, report):
    if args.resource_type == "test:index:Thing":
        report(f"{args.name} {args.props['size']} {args.opts.protect} {pulumi.get_stack()} {pulumi.Config('x').get('y')}")

policies = [ResourceValidationPolicy(
    "things.size", "Things.", validate, severity=Severity.HIGH, remediation_steps="Make it.", url="https://example.org"
)]
"""
OF_STACK = """
def validate(args, report):
    for each in args.resources:
        for name, sources in each.property_dependencies.items():
            report(f"{each.name}.{name} <- {[source.name for source in sources]}", each.urn)

policies = [StackValidationPolicy("stack.links", "Links.", validate, EnforcementLevel.MANDATORY)]
"""
MADE = "PolicyPack('trial', policies, enforcement_level=EnforcementLevel.ADVISORY)\nprint('never reached')\n"


def frame(name, properties, **fields):
    """A registration as the recorder writes it."""
    request = resource_pb2.RegisterResourceRequest(type="test:index:Thing", name=name, **fields)
    request.object.CopyFrom(struct_pb2.Struct())
    request.object.update(properties)
    content = request.SerializeToString()
    return HEADER.pack(2, len(content)) + b"[]" + content


@pytest.fixture
def run(tmp_path):
    """Runs a pack over frames in a process of its own, as the host does."""

    def run(program, *frames, whole=True):
        pack = tmp_path / "pack"
        pack.mkdir(exist_ok=True)
        (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump({"runtime": "python"}))
        (pack / "__main__.py").write_text(HEAD + program)
        request = Request(
            pack=str(pack),
            project="trial",
            stack="dev",
            organization="",
            config={"x:y": "z"},
            registrations=base64.b64encode(b"".join(frames)).decode(),
            whole=whole,
        )
        done = subprocess.run(
            [sys.executable, "-m", "local_cloud.policies.analyzer"],
            input=json.dumps(asdict(request)),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return run


def test_a_policy_sees_the_resource_its_options_the_stack_and_its_configuration(run):
    answer = run(OF_RESOURCES + MADE, frame("a", {"size": 3}, protect=True))
    (found,) = answer["violations"]
    assert found == {
        "policy": "things.size",
        "urn": "urn:pulumi:dev::trial::test:index:Thing::a",
        "message": "Things.\na 3.0 True dev z",
        "mandatory": False,
        "severity": "high",
        "remedy": "Make it.",
        "source": "https://example.org",
    }
    assert (answer["pack"], answer["policies"], answer["error"]) == ("trial", 1, "")


@pytest.mark.parametrize("text", [UNKNOWN, f"https://<unknown {UNKNOWN}>/x"])
def test_a_policy_that_reads_what_is_not_known_has_no_violation_and_is_named(run, text):
    answer = run(OF_RESOURCES + MADE, frame("a", {"size": text}))
    assert answer["violations"] == []
    assert [each.partition(" from ")[0] for each in answer["not_run"]] == ["can't run policy 'things.size'"]


def test_a_secret_is_read_like_any_other_value(run):
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": 7}
    (found,) = run(OF_RESOURCES + MADE, frame("a", {"size": secret}))["violations"]
    assert "a 7.0" in found["message"]


def test_a_policy_of_the_stack_sees_what_properties_come_from(run):
    dependencies = resource_pb2.RegisterResourceRequest.PropertyDependencies
    links = {"to": dependencies(urns=["urn:pulumi:dev::trial::test:index:Thing::a"])}
    answer = run(OF_STACK + MADE, frame("a", {}), frame("b", {}, propertyDependencies=links))
    assert [(each["message"], each["mandatory"]) for each in answer["violations"]] == [("Links.\nb.to <- ['a']", True)]


def test_a_policy_of_the_stack_is_not_asked_after_a_program_that_failed(run):
    links = {"to": resource_pb2.RegisterResourceRequest.PropertyDependencies(urns=[])}
    frames = (frame("b", {}, propertyDependencies=links),)
    assert run(OF_STACK + MADE, *frames)["violations"]
    assert run(OF_STACK + MADE, *frames, whole=False)["violations"] == []


def test_a_policy_that_is_disabled_is_neither_asked_nor_counted(run):
    answer = run(OF_RESOURCES + MADE.replace("ADVISORY", "DISABLED"), frame("a", {"size": 3}))
    assert (answer["violations"], answer["policies"]) == ([], 0)


def test_the_packs_own_configuration_is_asked_with(run):
    configured = MADE.replace(")\nprint", ", initial_config={'things.size': EnforcementLevel.MANDATORY})\nprint")
    (found,) = run(OF_RESOURCES + configured, frame("a", {"size": 3}))["violations"]
    assert found["mandatory"] is True


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("raise ValueError('the mistake of the pack')", "ValueError: the mistake of the pack"),
        ("import sys; sys.exit('no')", "SystemExit: no"),
        ("policies = []", "its program declares no PolicyPack"),
        ("PolicyPack('trial', [])", "TypeError: Missing policies argument"),
    ],
)
def test_a_pack_that_does_not_load_says_why(run, program, error):
    assert run(program)["error"] == error
