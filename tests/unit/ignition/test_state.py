"""One meaning of a state directory, by option and by environment."""

from pathlib import Path

import pytest

from ignition.state import default_state


def test_the_variable_names_the_directory_itself(tmp_path: Path) -> None:
    assert default_state({"IGNITION_STATE_DIR": str(tmp_path)}) == tmp_path


def test_without_it_a_directory_below_the_users_state_directory_is_taken(tmp_path: Path) -> None:
    assert default_state({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "ignition" / "local"


@pytest.mark.parametrize("moved", [False, True])
def test_a_local_cloud_of_an_older_version_is_found_where_it_was_set_up(tmp_path: Path, moved: bool) -> None:
    older = tmp_path / "local"
    older.mkdir()
    (older / "settings.json").write_text("{}")
    if moved:
        (tmp_path / "settings.json").write_text("{}")
    assert default_state({"IGNITION_STATE_DIR": str(tmp_path)}) == (tmp_path if moved else older)
