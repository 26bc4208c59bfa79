"""Valid configurations, changed in any way: a clean result or clear problems, never a traceback."""

import copy
import json

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from infra.config import ConfigError, StackConfig, parse
from tests.support.ignition_command import ROOT

STACKS = {
    stack: yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"] for stack in ("dev", "prod", "local")
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "0", "-1", "1e400", "NaN", "null", "true", "{}", "[", "10.0.0.0/33", "::/0", "10.0.0.0/8", "a" * 300,
         "-", "*.ecent.online", "ecent.online.", "http://x", "../..", "\0", "é", "2026-13-01", "9999-12-31", "${X}"]
    ),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=3),
)  # fmt: skip


def _places(value, path=()):
    """The path of every value of our own; what the engine makes of its own keys is its business."""
    if path and not path[0].startswith("pulumi:"):
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in children:
        yield from _places(item, (*path, key))


@st.composite
def mutated(draw, stack=None):
    """A stack's configuration with up to four things dropped, replaced, added or exchanged."""
    stack = stack or draw(st.sampled_from(sorted(STACKS)))
    values = copy.deepcopy(STACKS[stack])
    for _ in range(draw(st.integers(1, 4))):
        *above, last = draw(st.sampled_from(list(_places(values))))
        place = values
        for key in above:
            place = place[key]
        match draw(st.sampled_from(["drop", "replace", "add", "exchange"])):
            case "drop":
                del place[last]
            case "replace":
                place[last] = draw(ODD)
            case "add" if isinstance(place, dict):
                prefix = "" if above else "ignition:"
                place[prefix + draw(st.text(max_size=8) | st.sampled_from(_known_names()))] = draw(ODD)
            case _:
                *others, other = draw(st.sampled_from(list(_places(values))))
                source = values
                for key in others:
                    source = source[key]
                place[last] = copy.deepcopy(source[other])
        if not any(_places(values)):
            break
    return values


def _known_names():
    return sorted({str(path[-1]).removeprefix("ignition:") for each in STACKS.values() for path in _places(each)})


def _as_given(values):
    """As the engine hands configuration to a program: text as it is, the rest as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


@settings(max_examples=600, deadline=None)
@given(mutated())
@example(STACKS["prod"] | {"ignition:network": {"address_space": "10.0.0.0/8", "apps_subnet": "::/0"}})
@example(STACKS["prod"] | {"ignition:hosts": []})
@example({})
def test_a_changed_configuration_is_read_or_every_problem_is_named(values):
    for problem in _problems(values):
        assert problem.key.startswith("ignition:")
        assert problem.text.strip()


def _problems(values):
    try:
        assert isinstance(parse(_as_given(values)), StackConfig)
    except ConfigError as error:
        return error.problems or pytest.fail("an error without a problem")
    return ()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The program in a directory of its own, whose stack file may be changed."""
    directory = tmp_path_factory.mktemp("mutated")
    for name in ("infra", "app_config"):
        (directory / name).symlink_to(ROOT / name)
    document = yaml.safe_load((ROOT / "Pulumi.yaml").read_text()) | {"runtime": "python"}
    (directory / "Pulumi.yaml").write_text(yaml.safe_dump(document))
    return directory


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=mutated(stack="dev"))
def test_through_the_engine_too(ignition, project, values):
    (project / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": values}))
    ran = ignition("preview", "dev", cwd=project)
    assert "Traceback" not in ran.everything
    assert "unhandled exception" not in ran.everything
    if ran.code:
        assert "error" in ran.everything, ran.everything
    else:
        assert "to create" in ran.closing_line, ran.everything
