"""Rotations: three deployments, in an order in which no running app loses its credential."""

import json

import pytest
import yaml
from click.testing import CliRunner

from ignition.deployment.rotate import command
from ignition.deployment.rotation import next_step


def run(directory, *arguments):
    return CliRunner().invoke(command, [*arguments, "--cwd", str(directory)])


@pytest.fixture
def project(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: ignition\nruntime: python\n")

    def write(rotation):
        section = {} if rotation is None else {"ignition:database": {"rotation": rotation}}
        (tmp_path / "Pulumi.prod.yaml").write_text(yaml.safe_dump({"config": section}))
        return tmp_path

    return write


def test_six_steps_rotate_both_and_never_touch_the_one_in_use():
    active, numbers, kinds = "a", {"a": 1, "b": 1}, []
    for _ in range(6):
        step = next_step("database", active, numbers)
        kinds.append(step.kind)
        key = step.path.removeprefix("ignition:database.rotation.")
        if key == "active":
            active = step.value
        else:
            assert key != active
            numbers[key] = int(step.value)
    assert kinds == ["renew", "switch", "retire"] * 2
    assert (active, numbers) == ("a", {"a": 3, "b": 3})


@pytest.mark.parametrize(
    ("rotation", "printed"),
    [
        (None, "pulumi config set --stack prod --path 'ignition:database.rotation.b' 2"),
        ({"b": 2}, "pulumi config set --stack prod --path 'ignition:database.rotation.active' b"),
        ({"active": "b", "b": 2}, "pulumi config set --stack prod --path 'ignition:database.rotation.a' 2"),
    ],
)
def test_the_command_prints_what_to_type(project, rotation, printed):
    ran = run(project(rotation), "prod", "database")
    assert ran.exit_code == 0, ran.output
    assert printed in ran.output
    assert ran.output.endswith("pulumi up --stack prod\n")


def test_programs_get_key_and_value(project):
    ran = run(project({"b": 2}), "prod", "database", "--json")
    assert json.loads(ran.output) == {"kind": "switch", "path": "ignition:database.rotation.active", "value": "b"}


@pytest.mark.parametrize("rotation", [{"active": "c"}, {"a": "often"}, ["a"]])
def test_a_damaged_configuration_is_named(project, rotation):
    ran = run(project(rotation), "prod", "database")
    assert ran.exit_code == 1
    assert "ignition:database.rotation in Pulumi.prod.yaml is" in ran.output
