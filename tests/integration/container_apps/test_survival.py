"""What survives the end of a daemon, polite or not."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import httpx

from tests.integration.container_apps.stage import Stage, app, host_of, replace
from tests.support.waiting import until


def test_the_next_daemon_takes_running_replicas_over(stage: Stage) -> None:
    before = stage.platform.put_app(app(replicas=2))
    stage.abandon()
    assert all(alive(pid) for replica in before.replicas for pid in replica.pids)
    stage.open()
    until(lambda: stage.platform.app("ca-api").ready == 2)
    assert [each.pids for each in stage.platform.app("ca-api").replicas] == [each.pids for each in before.replicas]
    until(lambda: stage.get(host_of()).status_code == 200)


def test_the_origin_answers_while_no_daemon_is_there(stage: Stage) -> None:
    stage.platform.put_app(app())
    addresses = stage.platform.addresses
    stage.abandon()
    assert stage.get(host_of(), address=f"https://{addresses.tls}").status_code == 200
    stage.open()


def _answers(stage: Stage) -> bool:
    """Whether the app is reached; its ingress may be changing just now."""
    with contextlib.suppress(httpx.TransportError):
        return stage.get(host_of()).status_code == 200
    return False


def test_a_polite_end_stops_everything_and_the_next_start_brings_it_back(stage: Stage) -> None:
    before = stage.platform.put_app(app())
    stage.close()
    assert not any(alive(pid) for replica in before.replicas for pid in replica.pids)
    stage.open()
    until(lambda: _answers(stage))
    assert stage.shown(host_of())["env"]["VERSION"] == "1"


def test_the_same_declaration_after_a_restart_makes_no_new_revision(stage: Stage) -> None:
    stage.platform.put_app(app())
    stage.close()
    stage.open()
    assert len(stage.platform.put_app(app()).revisions) == 1


def test_a_replica_that_died_with_the_daemon_is_started_again(stage: Stage) -> None:
    before = stage.platform.put_app(app())
    stage.abandon()
    os.kill(before.replicas[0].pids[0], signal.SIGKILL)
    stage.open()
    until(lambda: _answers(stage))


def test_what_nothing_takes_up_is_ended(stage: Stage) -> None:
    before = stage.platform.put_app(app(name="ca-gone"))
    stage.abandon()
    (stage.directory / "apps/apps/ca-gone.sealed").unlink()
    stage.open()
    until(lambda: not alive(before.replicas[0].pids[0]))


def test_a_killed_ingress_comes_back_with_its_routes(stage: Stage) -> None:
    stage.platform.put_app(app())
    process = stage.supervisor.get("origin")
    assert process is not None
    killed = process.pid
    process.signal(signal.SIGKILL)
    until(lambda: process.pid != killed and process.ready)
    assert stage.get(host_of()).status_code == 200


def test_an_app_whose_image_lost_its_mapping_does_not_keep_the_others_down(stage: Stage) -> None:
    stage.map_image("other*", stage.images_command, port="SERVER_PORT")
    stage.platform.put_app(app())
    stage.platform.put_app(app(name="ca-other", image="other"))
    stage.close()
    stage.images_file.write_text(stage.images_file.read_text().replace('"other*"', '"renamed*"'))
    stage.open()
    until(lambda: stage.platform.app("ca-api").ready == 1)
    status = stage.platform.app("ca-other")
    assert status.state == "Failed"
    assert "has no command on this machine" in (status.revisions[0].reason or "")
    stage.images_file.write_text(stage.images_file.read_text().replace('"renamed*"', '"other*"'))
    assert stage.platform.put_app(app(name="ca-other", image="other")).state == "Running"


def test_an_end_in_the_middle_of_a_deployment_leaves_the_old_revision(stage: Stage, tmp_path: Path) -> None:
    import threading  # noqa: PLC0415

    from local_cloud.services.container_apps.backend import RevisionFailed  # noqa: PLC0415

    marker = tmp_path / "unready"
    marker.touch()
    stage.platform.put_app(app(template={"revision_suffix": "good"}))
    failed: list[RevisionFailed] = []

    def deploy() -> None:
        try:
            stage.platform.put_app(app(env={"UNREADY_IF": str(marker)}, template={"revision_suffix": "stuck"}))
        except RevisionFailed as error:
            failed.append(error)

    deploying = threading.Thread(target=deploy)
    platform = stage.platform
    deploying.start()
    until(lambda: len(platform.app("ca-api").revisions) == 2)
    stage.close()
    deploying.join()
    stage.open()
    until(lambda: stage.platform.app("ca-api").ready == 1)
    assert "stopped before it was ready" in str(failed[0])
    assert stage.platform.app("ca-api").latest_ready_revision == "ca-api--good"
    marker.unlink()
    assert stage.platform.put_app(
        app(env={"UNREADY_IF": str(marker)}, template={"revision_suffix": "stuck"})
    ).latest_ready_revision == ("ca-api--stuck")


def alive(pid: int) -> bool:
    """Whether a process still runs; one that only waits to be collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


__all__ = ["replace"]
