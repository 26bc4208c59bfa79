"""
Every registered type goes through one life on a local cloud with real parts, driven by the real engine.

All of them live beside each other in one program, which is run a few times for the whole module; each test looks at what became of
one type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from local_cloud.packages.cloudflare.base import EdgeType
from local_cloud.server.resource_types.recorded import RecordedType
from tests.integration.types import behind, looks
from tests.integration.types.life import Life
from tests.integration.types.world import TYPES

_HERE = "tests/integration/types"
_STAND = f"if the example cannot stand alone, write what it needs into `standings` in {_HERE}/world.py"
_REAL = [token for token, each in TYPES.items() if each.real]


def has_at(inputs: Mapping[str, Any], path: str) -> bool:
    """Whether the example has something at a path."""
    value: Any = inputs
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value is not None


_EVERY = pytest.mark.parametrize("token", TYPES)
_HAPPENINGS = {
    "changed": (behind.CHANGES, "update", "update"),
    "removed": (behind.REMOVALS, "delete", "create"),
    "contained": (behind.GONE_WITH_THEM, "delete", "create"),
}
"""Whose parts something happens to, what a refresh makes of it and what the next run does."""
_BEHIND = pytest.mark.parametrize("happened", _HAPPENINGS)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    return Life.run(tmp_path_factory.mktemp("types"))


@_EVERY
def test_the_engine_makes_it(life: Life, token: str) -> None:
    assert life.made.of(token) == ["create"], f"{life.made.why(token)}\n{_STAND}"


@_EVERY
def test_made_once_more_it_is_the_same_one(life: Life, token: str) -> None:
    assert life.made_twice.get(token) is None, token


@_EVERY
def test_a_refresh_finds_no_change(life: Life, token: str) -> None:
    assert life.refreshed.of(token) == ["same"], life.refreshed.why(token)


@_EVERY
def test_the_same_program_changes_nothing(life: Life, token: str) -> None:
    assert life.again.of(token) == ["same"], life.again.why(token)


def test_every_type_that_reads_its_part_says_what_can_happen_to_it() -> None:
    reading = {token for token, each in TYPES.items() if type(each).read_part is not RecordedType.read_part}
    said = {*behind.CHANGES, *behind.REMOVALS, *behind.GONE_WITH_THEM}
    assert reading == said, (
        f"a type that overrides `read_part` has an entry in {_HERE}/behind.py, and no other type has"
    )


def test_every_part_is_read_unless_it_is_made_of_the_records_alone() -> None:
    reading = {token for token in looks.PARTS if type(TYPES[token]).read_part is not RecordedType.read_part}
    edge = {token for token in looks.PARTS if isinstance(TYPES[token], EdgeType)}
    assert {*looks.PARTS} - reading == edge, "a part that can change or vanish without the engine needs a `read_part`"


@_BEHIND
@_EVERY
def test_a_refresh_notices_what_happened_behind_its_back(life: Life, token: str, happened: str) -> None:
    tokens, noticed, _ = _HAPPENINGS[happened]
    refreshed = life.behind[happened].refreshed
    assert refreshed.of(token) == [noticed if token in tokens else "same"], refreshed.why(token)


@_BEHIND
@_EVERY
def test_the_next_run_brings_it_back(life: Life, token: str, happened: str) -> None:
    tokens, _, done = _HAPPENINGS[happened]
    restored, again = life.behind[happened].restored, life.behind[happened].again
    assert restored.of(token) == [done if token in tokens else "same"], restored.why(token)
    assert restored.looked.get(token) is None, token
    assert again.of(token) == ["same"], again.why(token)


@pytest.mark.parametrize("token", behind.CHANGES)
def test_a_refresh_shows_which_properties_somebody_changed(life: Life, token: str) -> None:
    assert life.behind["changed"].refreshed.diffs[token] == [*behind.CHANGES[token].differing]


@_EVERY
def test_a_changed_property_is_one_update(life: Life, token: str) -> None:
    wanted = life.wanted[token]
    if wanted is None:
        assert life.changed.of(token) == ["same"], life.changed.why(token)
        return
    assert wanted, f"{token} has properties that can change: write a `change` into `standings` in {_HERE}/world.py"
    assert life.changed.of(token) == ["update"], life.changed.why(token)
    assert life.changed.diffs[token] == wanted


@_EVERY
def test_a_refresh_after_the_change_finds_no_other(life: Life, token: str) -> None:
    assert life.refreshed_after_change.of(token) == ["same"], life.refreshed_after_change.why(token)


@_EVERY
def test_it_is_imported_by_its_id(life: Life, token: str) -> None:
    assert life.imported.of(token) == ["import"], life.imported.why(token)
    # What the service never gives back is not in the imported state, so the next run sends it.
    given = {path for path in TYPES[token].write_only if has_at(TYPES[token].example, path)}
    after = "update" if given else "same"
    assert life.again_after_import.of(token) == [after], life.again_after_import.why(token)


@_EVERY
def test_it_is_ended(life: Life, token: str) -> None:
    assert life.ended.of(token) == ["delete"], life.ended.why(token)
    assert not [urn for urn in life.left if urn.endswith(f"::{token}")]


@_EVERY
def test_ended_once_more_it_is_no_error(life: Life, token: str) -> None:
    assert life.ended_twice.get(token) is None, token


@pytest.mark.parametrize("token", _REAL)
def test_its_part_is_as_declared(life: Life, token: str) -> None:
    assert token in looks.ALL, (
        f"{token} has a real part: say in `PARTS` (or `VALUES`, where it only makes values) in {_HERE}/looks.py "
        "what can be seen of it"
    )
    assert (life.made.looked[token], life.changed.looked[token]) == (None, None), token


@pytest.mark.parametrize("token", looks.PARTS)
def test_nothing_is_left_of_its_part(life: Life, token: str) -> None:
    assert life.ended.looked[token] is not None, f"{token}: its part still shows what was declared"


@pytest.mark.parametrize("token", looks.LEFT_IN_FORCE)
def test_its_end_leaves_it_in_force(life: Life, token: str) -> None:
    assert life.in_force[token] is None, token


def test_nothing_at_all_is_left(life: Life) -> None:
    assert life.left == []


def test_what_has_a_name_of_its_own_ends_before_it_is_replaced(life: Life) -> None:
    assert life.replaced.of("named") == ["delete-replaced", "replace", "create-replacement"], life.replaced.why("named")
    assert life.replaced.of("unnamed") == ["create-replacement", "replace", "delete-replaced"]
    assert life.there_after == ["named", "unnamed"]
