"""Snapshots of a state directory: whole or not there, brought back whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.daemon.state.snapshots import Snapshots
from local_cloud.runtime.errors import BackendError


class Killed(BaseException):
    """The process ended here."""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with a server's data outside of it, as root has it."""
    made, outside = tmp_path / "state", tmp_path / "outside"
    (made / "postgres" / "main").mkdir(parents=True)
    outside.mkdir()
    (outside / "rows").write_text("first")
    (made / "postgres" / "main" / "data").symlink_to(outside)
    (made / "objects").mkdir()
    (made / "objects" / "object").write_text("first")
    (made / "settings.json").write_text("first")
    (made / "settings.json").chmod(0o600)
    (made / "control-token").write_text("of the daemon that runs")
    return made


def change(state: Path) -> None:
    for place in ("postgres/main/data/rows", "objects/object", "settings.json"):
        (state / place).write_text("second")
    (state / "objects" / "later").touch()
    (state / "later").mkdir()


def content(state: Path) -> dict[str, str]:
    """Every file by its name, the snapshots excepted, data outside included."""
    found = [*state.rglob("*"), *(state / "postgres" / "main" / "data").rglob("*")]
    kept = [each for each in found if not each.is_dir() and "snapshots" not in each.parts]
    return {str(each.relative_to(state)): each.read_text() for each in kept}


def test_everything_comes_back_as_it_was_and_only_that(state: Path) -> None:
    before = content(state)
    Snapshots(state).save("one")
    change(state)
    Snapshots(state).load("one")
    assert content(state) == before
    assert not (state / "later").exists()
    assert (state / "settings.json").stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in (state / "snapshots").iterdir()) == ["one"]
    assert {each.name for each in state.parent.iterdir()} == {"state", "outside"}


def test_it_can_be_brought_back_twice(state: Path) -> None:
    before = content(state)
    Snapshots(state).save("one")
    for _ in range(2):
        change(state)
        Snapshots(state).load("one")
        assert content(state) == before


@pytest.mark.parametrize("renames", range(12))
def test_a_kill_at_any_rename_leaves_it_whole(state: Path, monkeypatch: pytest.MonkeyPatch, renames: int) -> None:
    before = content(state)
    Snapshots(state).save("one")
    change(state)
    changed = content(state)
    rename, done = Path.rename, [0]

    def killed_later(self: Path, target: Path) -> Path:
        if done[0] == renames:
            raise Killed
        done[0] += 1
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", killed_later)
    try:
        Snapshots(state).load("one")
        killed = False
    except Killed:
        killed = True
    monkeypatch.undo()
    assert Snapshots(state).finish() == killed
    assert content(state) == before
    assert content(state) != changed


def test_a_kill_while_it_copies_changes_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Snapshots(state).save("one")
    change(state)
    changed = content(state)
    monkeypatch.setattr("local_cloud.daemon.state.snapshots.write_private", _kill)
    with pytest.raises(Killed):
        Snapshots(state).load("one")
    with pytest.raises(Killed):
        Snapshots(state).save("two")
    monkeypatch.undo()
    assert not Snapshots(state).finish()
    assert content(state) == changed
    assert [each.name for each in Snapshots(state).all()] == ["one"]
    Snapshots(state).save("two")
    assert [each.name for each in Snapshots(state).all()] == ["one", "two"]


def _kill(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a" * 64, "-x"])
def test_a_name_that_is_none_is_refused(state: Path, name: str) -> None:
    with pytest.raises(BackendError, match="is not a snapshot's name"):
        Snapshots(state).save(name)


def test_a_name_that_is_taken_or_unknown_is_refused(state: Path) -> None:
    snapshots = Snapshots(state)
    snapshots.save("one")
    with pytest.raises(
        BackendError, match="there is a snapshot one already; delete it with `ignition snapshot delete one`"
    ):
        snapshots.save("one")
    with pytest.raises(BackendError, match="there is no snapshot 'two'; snapshots here: one"):
        snapshots.load("two")
    snapshots.delete("one")
    assert snapshots.all() == []
    with pytest.raises(BackendError, match="snapshots here: none"):
        snapshots.delete("one")


def test_a_copy_that_fails_says_why_and_changes_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "local_cloud.daemon.state.snapshots._COPY", ("sh", "-c", "echo No space left on device >&2; exit 1")
    )
    with pytest.raises(BackendError, match=r"cannot be copied \(No space left on device\); nothing was changed"):
        Snapshots(state).save("one")
    assert Snapshots(state).all() == []
