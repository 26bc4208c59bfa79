"""What has changed since the last successful run is previewed before it runs."""

from pathlib import Path

import pytest

from ignition.platform.judged import Judged


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    state, project = tmp_path / "state", tmp_path / "project"
    (project / "infra").mkdir(parents=True)
    (project / "tests").mkdir()
    (project / "infra" / "__main__.py").write_text("print()\n")
    state.mkdir()
    for name in ("Pulumi.local.yaml", "local.json"):
        (state / name).write_text("{}")
    return Judged(state, project, state / "Pulumi.local.yaml", state / "local.json")


def test_nothing_is_judged_before_a_first_run(judged: Judged) -> None:
    assert not judged.holds()


def test_an_unchanged_run_needs_no_second_preview(judged: Judged, tmp_path: Path) -> None:
    judged.note()
    (tmp_path / "project" / "tests" / "test_new.py").write_text("")
    (tmp_path / "project" / "notes.txt").write_text("")
    assert judged.holds()


@pytest.mark.parametrize(
    "changed",
    [
        "project/infra/__main__.py",
        "project/infra/new.py",
        "project/Pulumi.yaml",
        "state/Pulumi.local.yaml",
        "state/local.json",
    ],
)
def test_a_change_of_program_configuration_or_state_needs_one(judged: Judged, tmp_path: Path, changed: str) -> None:
    judged.note()
    (tmp_path / changed).write_text("changed: true\n")
    assert not judged.holds()


def test_a_run_that_did_not_end_well_needs_one(judged: Judged) -> None:
    judged.note()
    judged.forget()
    assert not judged.holds()


def test_what_is_edited_during_a_run_needs_one(judged: Judged, tmp_path: Path) -> None:
    judged.holds()
    (tmp_path / "project" / "infra" / "__main__.py").write_text("print('edited')\n")
    (tmp_path / "state" / "local.json").write_text('{"made": "by the run"}')
    judged.note()
    assert not judged.holds()


def test_what_a_run_writes_to_its_state_needs_none(judged: Judged, tmp_path: Path) -> None:
    judged.holds()
    (tmp_path / "state" / "local.json").write_text('{"made": "by the run"}')
    judged.note()
    assert judged.holds()
