"""Every rule on a single value: one that keeps it and one that does not, in the report's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest

from infra.config.sections.section import KeySpec, is_section, keys_of
from infra.config.stack import StackConfig
from tests.unit.infra.config.samples import problems


def all_keys(section: type = StackConfig, path: str = "") -> Iterator[tuple[str, KeySpec]]:
    for spec in keys_of(section):
        whole = f"{path}.{spec.name}" if path else spec.name
        if is_section(spec.type):
            yield from all_keys(spec.type, whole)
        else:
            yield whole, spec


RULED = [(path, spec) for path, spec in all_keys() if spec.key.rule is not None]
_IDS = [path for path, _ in RULED]
_WITH = {"database.entra_administrator.object_id": {"database.entra_administrator.principal_name": "operators"}}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("path", "spec"), RULED, ids=_IDS)
def test_a_value_that_keeps_the_rule_is_taken(path: str, spec: KeySpec) -> None:
    assert spec.key.rule is not None
    found = problems("dev", {**_WITH.get(path, {}), path: _plain(spec.key.rule.passes)})
    assert f"it must be {spec.key.rule.says}; write" not in found.get(path, "")
    assert spec.key.rule.holds(spec.key.rule.passes)


@pytest.mark.parametrize(("path", "spec"), RULED, ids=_IDS)
def test_a_value_that_breaks_the_rule_is_reported_with_the_rule(path: str, spec: KeySpec) -> None:
    assert spec.key.rule is not None
    text = problems("dev", {**_WITH.get(path, {}), path: _plain(spec.key.rule.fails)})[path]
    assert f"it must be {spec.key.rule.says}; write" in text


def test_every_key_says_what_it_is() -> None:
    assert [path for path, spec in all_keys() if not spec.key.description.endswith(".")] == []


def test_every_default_keeps_its_own_rule() -> None:
    broken = [
        path
        for path, spec in RULED
        if not spec.required and spec.default is not None and spec.key.rule and not spec.key.rule.holds(spec.default)
    ]
    assert broken == []


def test_items_of_lists_are_of_one_plain_type() -> None:
    lists = [get_args(spec.type) for _, spec in all_keys() if get_origin(spec.type) is tuple]
    assert all(len(each) == 2 and each[1] is ... for each in lists)


def test_a_placeholder_keeps_its_keys_rule() -> None:
    specs = [spec for _, spec in all_keys() if spec.key.placeholder]
    assert len(specs) == 6
    for spec in specs:
        given = (spec.key.placeholder,) if get_origin(spec.type) is tuple else spec.key.placeholder
        assert spec.key.rule is not None
        assert spec.key.rule.holds(given)
