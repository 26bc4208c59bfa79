from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from ignition.platform.reset import command


def _reset(state: Path, *options: str, say: str | None = None) -> tuple[int, str]:
    answer = CliRunner().invoke(command, ["--state-dir", str(state), *options], input=say)
    return answer.exit_code, answer.output


def test_a_directory_of_somebody_else_is_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all my work")
    code, said = _reset(tmp_path, "--yes")
    assert (code, "nothing was deleted" in said) == (1, True)
    assert (tmp_path / "thesis.txt").exists()


def test_it_asks_first(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{}")
    code, _ = _reset(tmp_path, say="n\n")
    assert code == 1
    assert (tmp_path / "settings.json").exists()


def test_a_database_outside_the_state_directory_goes_with_it(tmp_path: Path) -> None:
    state, outside = tmp_path / "state", tmp_path / "outside"
    (state / "postgres" / "ecent").mkdir(parents=True)
    outside.mkdir()
    (outside / "PG_VERSION").write_text("17")
    (state / "postgres" / "ecent" / "data").symlink_to(outside)
    (state / "settings.json").write_text("{}")
    assert _reset(state, "--yes")[0] == 0
    assert (state.exists(), outside.exists()) == (False, False)


def test_nothing_to_delete_is_no_error(tmp_path: Path) -> None:
    assert _reset(tmp_path / "never", "--yes")[0] == 0
