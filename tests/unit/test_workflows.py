"""The workflows: what they may do, whose code they run, and where text by strangers may go."""

import re
from pathlib import Path

import pytest
import yaml

WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"
FILES = sorted(WORKFLOWS.glob("*.yml"))
READS = {"contents": "read", "actions": "read"}


def _loaded(file):
    # YAML takes `on` for true.
    return {"on" if name is True else name: value for name, value in yaml.safe_load(file.read_text()).items()}


def _jobs(file):
    return _loaded(file)["jobs"].items()


def _steps():
    return [
        pytest.param(step, id=f"{file.stem}.{name}.{number}")
        for file in FILES
        for name, job in _jobs(file)
        for number, step in enumerate(job["steps"])
    ]


def _all_jobs():
    return [pytest.param(file, job, id=f"{file.stem}.{name}") for file in FILES for name, job in _jobs(file)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_workflow_may_read_the_code_and_nothing_else_unless_a_job_says_so(file):
    assert _loaded(file)["permissions"] in ({}, {"contents": "read"})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_workflow_runs_a_strangers_code_with_the_repositorys_rights(file):
    assert "pull_request_target" not in file.read_text()


@pytest.mark.parametrize("step", _steps())
def test_an_action_is_named_by_commit_with_its_version_beside(step):
    if "uses" in step:
        assert re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40}", step["uses"])
        texts = "".join(file.read_text() for file in FILES)
        assert re.search(re.escape(step["uses"]) + r" # v\d+\.\d+\.\d+\n", texts)


@pytest.mark.parametrize("step", _steps())
def test_no_expression_is_pasted_into_a_shell(step):
    assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("step", _steps())
def test_a_checkout_leaves_no_token_behind_and_never_takes_a_branch_that_a_stranger_names(step):
    if step.get("uses", "").startswith("actions/checkout@"):
        assert step["with"]["persist-credentials"] is False
        assert step["with"].get("ref") in (None, "${{ github.event.repository.default_branch }}")


@pytest.mark.parametrize(("file", "job"), _all_jobs())
def test_a_job_ends_in_any_case(file, job):
    assert job["timeout-minutes"] <= 120


@pytest.mark.parametrize(("file", "job"), _all_jobs())
def test_a_job_that_may_write_runs_no_code_of_a_pull_request(file, job):
    writes = {name for name, right in (job.get("permissions") or {}).items() if right == "write"}
    if "pull_request" not in _loaded(file)["on"] or not writes:
        return
    of_forks_too = "github.event.pull_request.head.repo.full_name == github.repository" not in job.get("if", "")
    assert not of_forks_too
    if writes == {"id-token"}:
        assert job["environment"].endswith("-review")  # a person looks first
    else:
        assert not any("run" in step or step["uses"].startswith("actions/checkout@") for step in job["steps"])


def test_code_scanning_is_written_to_by_one_job():
    allowed = [
        f"{file.stem}.{name}"
        for file in FILES
        for name, job in _jobs(file)
        if "security-events" in (job.get("permissions") or {})
    ]
    assert allowed == ["checks.code-scanning"]


def test_the_comment_is_written_by_code_of_the_default_branch_for_pull_requests_of_this_repository():
    workflow = _loaded(WORKFLOWS / "comment.yml")
    (job,) = workflow["jobs"].values()
    assert set(workflow["on"]) == {"workflow_run"}
    assert "github.event.workflow_run.head_repository.full_name == github.repository" in job["if"]
    assert job["permissions"] == {**READS, "pull-requests": "write"}
    (checkout, *_others, comment) = job["steps"]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert comment["env"]["NUMBER"] == "${{ github.event.workflow_run.pull_requests[0].number }}"
    assert comment["run"] == ".github/comment.sh"


def test_what_a_workflow_runs_of_this_repository_is_there():
    commands = "\n".join(step.get("run", "") for file in FILES for _, job in _jobs(file) for step in job["steps"])
    targets = set(re.findall(r"^([a-z-]+):", (WORKFLOWS.parents[1] / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", commands)) <= targets
    for script in re.findall(r"(?:^|\s)(\.github/\S+)", commands):
        assert (WORKFLOWS.parents[1] / script).stat().st_mode & 0o100
