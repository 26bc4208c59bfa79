"""Jobs: executions, their outcomes and their logs."""

from __future__ import annotations

import pytest

from local_cloud.runtime.errors import CloudRefusal, NotWritten
from local_cloud.services.container_apps.backend import Container, EnvironmentVariable, JobSpec, Secret
from tests.integration.container_apps.stage import Stage


def job(stage: Stage, script: str, **more) -> JobSpec:
    stage.map_image("job*", f"/bin/sh -c '{script}'")
    env = (
        EnvironmentVariable(name="WORD", value="plain"),
        EnvironmentVariable(name="SECRET", secret_ref="s"),
    )
    container = Container(name="migrate", image="job", env=env)
    return JobSpec(
        name="job-migrate", environment="cae", containers=(container,), secrets=(Secret(name="s", value="v"),), **more
    )


def run(stage: Stage, spec: JobSpec):
    stage.platform.put_job(spec)
    found = stage.platform.job(spec.name)
    return found.wait(found.start(), timeout_s=60)


def test_a_job_runs_to_its_end_with_its_environment_and_keeps_its_log(stage: Stage) -> None:
    ended = run(stage, job(stage, "echo $WORD $SECRET $CONTAINER_APP_JOB_NAME"))
    assert (ended.state, ended.reason) == ("Succeeded", None)
    assert [file.read_text() for file in ended.log_files.values()] == ["plain v job-migrate\n"]


def test_a_failed_job_says_why_with_its_last_lines(stage: Stage) -> None:
    ended = run(stage, job(stage, "echo no such table; exit 4"))
    assert ended.state == "Failed"
    assert list(ended.exit_codes.values()) == [4]
    assert "exited with code 4" in (ended.reason or "")
    assert "no such table" in (ended.reason or "")


def test_a_failed_replica_is_tried_again_as_often_as_declared(stage: Stage, tmp_path) -> None:
    ended = run(stage, job(stage, f"echo try >> {tmp_path}/tries; test $(wc -l < {tmp_path}/tries) = 3", retry_limit=2))
    assert ended.state == "Succeeded"
    assert (tmp_path / "tries").read_text() == "try\n" * 3


def test_a_job_that_takes_too_long_is_ended(stage: Stage) -> None:
    ended = run(stage, job(stage, "exec sleep 600", timeout_s=0.2))
    assert ended.state == "Failed"
    assert "did not end within" in (ended.reason or "")


def test_parallel_replicas_all_run(stage: Stage, tmp_path) -> None:
    ended = run(stage, job(stage, f"touch {tmp_path}/$CONTAINER_APP_REPLICA_NAME", parallelism=3, completions=3))
    assert ended.state == "Succeeded"
    assert len(list(tmp_path.glob("job-migrate-*"))) == 3


def test_a_stopped_execution_is_ended(stage: Stage) -> None:
    stage.platform.put_job(job(stage, "exec sleep 600"))
    found = stage.platform.job("job-migrate")
    execution = found.start()
    found.stop(execution)
    assert found.execution(execution).state == "Stopped"


def test_the_oldest_executions_are_forgotten_with_their_logs(stage: Stage) -> None:
    first, *later = [run(stage, job(stage, "true")) for _ in range(21)]
    kept = stage.platform.job("job-migrate").record.executions
    assert [each.name for each in kept] == [each.name for each in later]
    assert not any(file.exists() for file in first.log_files.values())
    assert all(file.exists() for each in later for file in each.log_files.values())


def test_an_init_container_has_a_log_and_an_exit_code_too(stage: Stage) -> None:
    stage.map_image("init*", "/bin/sh -c 'echo prepared'")
    ended = run(stage, job(stage, "kill -TERM $$", init_containers=(Container(name="prepare", image="init"),)))
    assert [file.read_text() for file in ended.log_files.values()] == ["prepared\n", ""]
    assert {name.rpartition("/")[2]: code for name, code in ended.exit_codes.items()} == {"prepare": 0, "migrate": 143}


def test_executions_are_remembered_by_the_next_daemon(stage: Stage) -> None:
    ended = run(stage, job(stage, "true"))
    stage.close()
    stage.open()
    assert stage.platform.job("job-migrate").execution(ended.name) == ended


def test_an_execution_that_outlived_its_daemon_is_ended_and_noted(stage: Stage) -> None:
    stage.platform.put_job(job(stage, "exec sleep 600"))
    execution = stage.platform.job("job-migrate").start()
    from tests.support.waiting import until  # noqa: PLC0415

    until(lambda: list(stage.directory.rglob("migrate.pid")))
    stage.abandon()
    stage.open()
    found = stage.platform.job("job-migrate").execution(execution)
    assert found.state == "Failed"
    assert "start it again" in (found.reason or "")


def test_a_deleted_job_is_not_found(stage: Stage) -> None:
    run(stage, job(stage, "true"))
    stage.platform.delete_job("job-migrate")
    with pytest.raises(CloudRefusal, match="job-migrate was not found"):
        stage.platform.job("job-migrate")


def test_an_execution_that_cannot_be_recorded_does_not_begin_and_one_under_way_still_ends(
    stage: Stage, tmp_path
) -> None:
    go = tmp_path / "go"
    spec = job(stage, f"until test -e {go}; do sleep 0.05; done")
    stage.platform.put_job(spec)
    found = stage.platform.job(spec.name)
    execution = found.start()
    records = next(each for each in stage.directory.rglob("jobs") if each.is_dir())
    records.rename(records.with_name("away"))
    records.write_text("in the way, as a full disk is")
    with pytest.raises(NotWritten, match=str(records)):
        found.start()
    assert [each.name for each in found.record.executions] == [execution]
    go.touch()
    assert found.wait(execution, timeout_s=60).state == "Succeeded"
    records.unlink()
    records.with_name("away").rename(records)
