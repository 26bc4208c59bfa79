"""Where a program's files are in the repository."""

import pytest

from local_cloud.plan.source_files import in_repository


@pytest.fixture
def project(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "platform" / "prod").mkdir(parents=True)
    return tmp_path / "platform" / "prod"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("infra/__main__.py", "platform/prod/infra/__main__.py"),
        ("../shared/network.py", "platform/shared/network.py"),
        ("", ""),
    ],
)
def test_a_file_of_the_project_is_told_from_the_top_of_the_repository(project, file, expected):
    assert in_repository(file, project) == expected


def test_an_absolute_file_is_made_relative_where_it_is_in_the_repository(project, tmp_path):
    assert in_repository(str(tmp_path / "lib" / "x.py"), project) == "lib/x.py"
    assert in_repository("/usr/lib/x.py", project) == "/usr/lib/x.py"


def test_a_worktrees_git_file_marks_the_top_too(tmp_path):
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    (tmp_path / "a").mkdir()
    assert in_repository("x.py", tmp_path / "a") == "a/x.py"


def test_without_a_repository_files_are_told_from_the_project(tmp_path):
    (tmp_path / "a").mkdir()
    assert in_repository("x.py", tmp_path / "a") == "x.py"
