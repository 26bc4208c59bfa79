"""The copy of the stack's state, put back where a full disk tore the state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local_cloud.daemon.state.checkpoint_copy import keep, put_back

STATE = {"version": 3, "checkpoint": {"latest": {"done": [True, False, None, 1.5, 'text \u00e9 with " in it']}}}
WHOLE = json.dumps(STATE)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, Path]:
    state, copy = tmp_path / "local.json", tmp_path / "kept" / "local.json"
    state.write_text(WHOLE)
    keep(state, copy)
    return state, copy


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_state_is_put_back_wherever_it_was_torn(kept: tuple[Path, Path], length: int) -> None:
    state, copy = kept
    state.write_text(WHOLE[:length])
    assert put_back(state, copy)
    assert state.read_text() == WHOLE
    assert copy.with_name("local.json.torn").read_text() == WHOLE[:length]


def test_a_whole_state_stays(kept: tuple[Path, Path]) -> None:
    state, copy = kept
    state.write_text('{"version": 4}')
    assert not put_back(state, copy)
    assert state.read_text() == '{"version": 4}'


def test_a_state_that_somebody_damaged_stays_for_them_to_decide(kept: tuple[Path, Path]) -> None:
    state, copy = kept
    state.write_text("{ damaged }")
    assert not put_back(state, copy)


def test_without_a_copy_nothing_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "local.json").write_text("{")
    assert not put_back(tmp_path / "local.json", tmp_path / "kept" / "local.json")


def test_a_torn_copy_is_not_put_back(kept: tuple[Path, Path]) -> None:
    state, copy = kept
    state.write_text("{")
    copy.write_text("{")
    assert not put_back(state, copy)
