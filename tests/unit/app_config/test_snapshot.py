"""The encrypted file of last good secrets, and files that only their owner reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from app_config.private_files import InsideGitError, refuse_inside_git, write_private
from app_config.snapshot import Snapshot, SnapshotError

KEY = SecretStr("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
OTHER = SecretStr("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=")
VALUES = {"https://kv/secrets/A": SecretStr("ünï\n💧")}
NOW = 1_800_000_000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "state" / "last-good"
    Snapshot(file=made, key=KEY, clock=lambda: NOW).save(VALUES)
    return made


def test_what_was_saved_is_loaded_with_its_age(file: Path) -> None:
    saved = Snapshot(file=file, key=KEY, clock=lambda: NOW + 90).load()
    assert saved.values == VALUES
    assert saved.age_s == 90


def test_the_key_may_come_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_CONFIG_SNAPSHOT_KEY", KEY.get_secret_value())
    assert Snapshot(file=file, clock=lambda: NOW).load().values == VALUES


@pytest.mark.parametrize(
    ("key", "later_s", "said"),
    [
        (OTHER, 0, "damaged or sealed with another key"),
        (KEY, 3601, "is 1.0 hours old and 1.0 are allowed"),
        (KEY, -301, "is from the future: check this machine's clock"),
        (SecretStr("dG9vIHNob3J0"), 0, "needs a key of 32 bytes in base64: `openssl rand -base64 32`"),
        (SecretStr("!"), 0, "needs a key of 32 bytes"),
    ],
)
def test_what_may_not_be_used_is_refused(file: Path, key: SecretStr, later_s: float, said: str) -> None:
    with pytest.raises(SnapshotError, match=said):
        Snapshot(file=file, key=key, max_age_s=3600, clock=lambda: NOW + later_s).load()


@pytest.mark.parametrize("place", [5, 25, 35, -1], ids=["magic", "time", "nonce", "content"])
def test_a_changed_byte_is_noticed_wherever_it_is(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    with pytest.raises(SnapshotError, match=r"damaged|no snapshot of this version"):
        Snapshot(file=file, key=KEY, clock=lambda: NOW).load()


def test_a_file_cut_short_is_no_snapshot(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:30])
    with pytest.raises(SnapshotError, match="no snapshot of this version"):
        Snapshot(file=file, key=KEY, clock=lambda: NOW).load()


def test_the_same_values_are_sealed_differently_each_time(file: Path) -> None:
    before = file.read_bytes()
    Snapshot(file=file, key=KEY, clock=lambda: NOW).save(VALUES)
    assert file.read_bytes()[-16:] != before[-16:]


def test_a_private_file_is_its_owners_and_whole(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, b"new")
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_a_private_file_that_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        write_private(tmp_path / "taken", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("*.env\n")
    (tmp_path / "below").mkdir()
    return tmp_path


def test_a_file_that_git_ignores_is_allowed(tree: Path) -> None:
    refuse_inside_git(tree / "below" / "x.env")


def test_a_file_that_git_would_take_is_refused(tree: Path) -> None:
    with pytest.raises(
        InsideGitError, match=r"not ignored, so its secrets could be committed: add x\.txt to \.gitignore"
    ):
        refuse_inside_git(tree / "below" / "x.txt")


def test_an_ignored_file_that_git_has_already_is_refused(tree: Path) -> None:
    (tree / "x.env").touch()
    subprocess.run(["git", "-C", str(tree), "add", "--force", "x.env"], check=True)
    with pytest.raises(InsideGitError, match=r"is tracked by git: `git rm --cached x\.env` first"):
        refuse_inside_git(tree / "x.env")


def test_without_git_to_ask_a_file_in_a_work_tree_is_refused(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InsideGitError, match="no git to say whether it is ignored"):
        refuse_inside_git(tree / "x.env")


def test_outside_of_git_everything_is_allowed(tmp_path: Path) -> None:
    refuse_inside_git(tmp_path / "x.txt")
