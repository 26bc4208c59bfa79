"""What `ignition report` refuses: clearly, before it starts anything, and with nothing half written."""

import subprocess

import pytest

from tests.integration.report.conftest import BUCKET, make_repository


def refused(ran, out):
    assert ran.code == 1, ran.everything
    assert "Traceback" not in ran.everything
    assert not out.exists() or not list(out.iterdir())
    return ran.err


def test_an_unknown_revision_is_named_with_what_to_do(ignition, repository, tmp_path):
    out = tmp_path / "out"
    ran = ignition("report", "prod", "--base", "no-such-branch", "--out", str(out), cwd=repository.place)
    assert "'no-such-branch' is no revision of" in refused(ran, out)
    assert "git fetch origin no-such-branch" in ran.err


def test_a_revision_that_looks_like_an_option_is_no_option(ignition, repository, tmp_path):
    ran = ignition("report", "prod", "--base=--output=x", "--out", str(tmp_path / "out"), cwd=repository.place)
    assert "is no revision" in refused(ran, tmp_path / "out")


def test_a_state_of_another_project_is_refused(ignition, repository, tmp_path):
    state = tmp_path / "state.json"
    urn = "urn:pulumi:prod::other::pulumi:pulumi:Stack::other-prod"
    state.write_text('{"deployment": {"resources": [{"urn": "%s"}]}}' % urn)  # noqa: UP031  the text is full of braces
    ran = ignition("report", "prod", "--state", str(state), "--out", str(tmp_path / "out"), cwd=repository.place)
    assert "is the state of stack 'prod' of project 'other'" in refused(ran, tmp_path / "out")


def test_a_base_that_is_another_project_is_refused(ignition, tmp_path):
    made = make_repository(tmp_path / "project")
    made.change("Pulumi.yaml", "name: ignition", "name: another")
    ran = ignition("report", "prod", "--base", "main", "--out", str(tmp_path / "out"), cwd=made.place)
    assert "is project 'ignition', not project 'another'" in refused(ran, tmp_path / "out")


def test_a_base_that_cannot_be_previewed_says_why(ignition, tmp_path):
    made = make_repository(tmp_path / "project")
    good = (made.place / "infra/__main__.py").read_text()
    (made.place / "infra/__main__.py").write_text("raise RuntimeError('broken on main')\n")
    made.git("commit", "--quiet", "--all", "--message", "Broken")
    (made.place / "infra/__main__.py").write_text(good)
    ran = ignition("report", "prod", "--base", "main", "--out", str(tmp_path / "out"), cwd=made.place)
    assert "cannot be previewed, so there is nothing to compare with" in refused(ran, tmp_path / "out")
    assert "broken on main" in ran.err


def test_a_dirty_submodule_is_named(ignition, tmp_path):
    library = make_repository(tmp_path / "library")
    made = make_repository(tmp_path / "project")
    made.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library.place), "library")
    made.git("commit", "--quiet", "--message", "A submodule")
    (made.place / "library" / "Pulumi.yaml").write_text("name: changed\n")
    ran = ignition("report", "prod", "--base", "main", "--out", str(tmp_path / "out"), cwd=made.place)
    assert "dirty submodules: library" in refused(ran, tmp_path / "out")


def test_a_project_in_no_repository_is_told_of_the_other_way(ignition, tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    out = tmp_path / "out"
    ran = ignition("report", "dev", "--base", "main", "--out", str(out), cwd=tmp_path, GIT_CEILING_DIRECTORIES="/")
    assert "give --state FILE instead of --base" in refused(ran, out)


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_directory_that_cannot_be_written_to_is_told_first(ignition, repository, tmp_path, out):
    (tmp_path / "file").write_text("mine")
    ran = ignition("report", "prod", "--base", "main", "--out", str(tmp_path / out), cwd=repository.place)
    assert ran.code in (1, 2)
    assert "Traceback" not in ran.everything
    assert "file" in ran.err
    assert (tmp_path / "file").read_text() == "mine"


def test_base_and_state_exclude_each_other(ignition, repository, tmp_path):
    arguments = ("--base", "main", "--state", "x", "--out", str(tmp_path / "out"))
    ran = ignition("report", "prod", *arguments, cwd=repository.place)
    assert ran.code == 2
    assert "exclude each other" in ran.err


def test_hooks_of_the_repository_are_not_run(ignition, tmp_path):
    made = make_repository(tmp_path / "project")
    hook = made.place / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    subprocess.run(["git", "-C", made.place, "checkout", "--quiet", "-b", "other"], check=True)
    (tmp_path / "ran").unlink()  # it does run for whoever checks out by hand
    made.change("infra/__main__.py", BUCKET, "")  # which policies speak against
    ran = ignition("report", "prod", "--base", "main", "--out", str(tmp_path / "out"), cwd=made.place)
    assert ran.code == 0, ran.everything
    assert not (tmp_path / "ran").exists()
