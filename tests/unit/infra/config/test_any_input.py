"""Whatever stands in a stack's file: a configuration, or a list of problems that names keys; nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.config import ConfigError, Problem, StackConfig, parse
from tests.unit.infra.config.samples import STACKS, as_given, changed
from tests.unit.infra.config.sections.test_keys import all_keys

_PATHS = [path for path, _ in all_keys()]
_SECTIONS = sorted({path.rsplit(".", 1)[0] for path in _PATHS if "." in path})
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6
)
# Values of the right form reach the rules over several keys, which random ones seldom do.
_LIKELY = st.sampled_from(
    [
        "10.20.0.0/28", "172.30.0.0/23", "0.0.0.0/0", "10.0.0.0/8", "Standard_B1ms", "a.ecent.online", "x.y.ecent.online",
        "ecent.online", "Disabled", "managed", "free", 0, 1, 25, 300, 5000, True, False, None, [], {},
        ["operations@ecent.online"], [80, 80],
    ]
)  # fmt: skip
_CHANGES = st.dictionaries(st.sampled_from(_PATHS + _SECTIONS), _LIKELY | _VALUES, min_size=1, max_size=6)


def outcome(values: dict[str, str]) -> StackConfig | Sequence[Problem]:
    try:
        return parse(values)
    except ConfigError as error:
        return error.problems


@given(st.sampled_from(STACKS), _CHANGES)
def test_a_changed_stack_is_a_configuration_or_a_list_of_problems(stack: str, changes: dict[str, Any]) -> None:
    ordered = dict(sorted(changes.items(), key=lambda each: -each[0].count(".")))  # a section replaces what was in it
    found = outcome(changed(stack, ordered))
    if not isinstance(found, StackConfig):
        assert found
        assert all(each.key.startswith("ignition:") and each.text for each in found)


@given(st.dictionaries(st.sampled_from([path.split(".")[0] for path in _PATHS]) | st.text(), _VALUES))
def test_anything_at_all_is_a_configuration_or_a_list_of_problems(values: dict[str, Any]) -> None:
    outcome(as_given({f"ignition:{key}": value for key, value in values.items()}))


@given(st.dictionaries(st.text(), st.text()))
def test_text_that_is_no_json_is_a_list_of_problems(values: dict[str, str]) -> None:
    assert not isinstance(outcome({f"ignition:{key}": value for key, value in values.items()}), StackConfig)
