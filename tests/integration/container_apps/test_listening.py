"""On which addresses the processes of apps really listen, and what is said of one that other machines reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.daemon.control.exposure import Exposure
from local_cloud.services.container_apps.backend import Override
from tests.integration.container_apps.stage import SAMPLE, Stage, app, host_of

# The sample on loopback, and beside it a socket on all addresses that never accepts.
BESIDE = (
    "import runpy, socket; beside = socket.socket(); beside.bind(('0.0.0.0', 0)); beside.listen(1); "
    f"runpy.run_path('{SAMPLE}')"
)
OPEN = ("{python}", "-I", "-S", "-c", BESIDE)


def said(stage: Stage) -> dict:
    return Exposure.now(stage.images_file).of("api", stage.platform.app("ca-api"))


def test_an_app_is_told_to_listen_on_loopback(stage: Stage) -> None:
    stage.map_image("ghcr.io/ecent/api*", stage.images_command, port="SERVER_PORT", listen="SERVER_HOST")
    stage.platform.put_app(app(env={"SERVER_HOST": "0.0.0.0"}))
    assert stage.shown(host_of())["env"]["SERVER_HOST"] == "127.0.0.1"
    assert said(stage) == {
        "listen": [{"variable": "SERVER_HOST", "declared": "0.0.0.0", "here": "127.0.0.1"}],
        "exposed": None,
    }


@pytest.mark.parametrize(
    ("entry", "change"),
    [
        ({}, "name the variable that holds its address in {file} (`listen: SERVER_HOST`)"),
        ({"listen": "SERVER_HOST"}, "have it listen on the address in SERVER_HOST, which is 127.0.0.1 here"),
    ],
    ids=["not told", "told"],
)
def test_an_app_that_other_machines_reach_is_named_with_what_to_change(
    stage: Stage, entry: dict[str, str], change: str
) -> None:
    stage.map_image("ghcr.io/ecent/api*", list(OPEN), port="SERVER_PORT", **entry)
    status = stage.platform.put_app(app())
    exposed = said(stage)["exposed"]
    assert [(each["address"], each["pid"]) for each in exposed["sockets"]] == [("0.0.0.0", status.replicas[0].pids[0])]
    assert exposed["problem"].startswith(f"api listens on 0.0.0.0:{exposed['sockets'][0]['port']} (pid ")
    assert exposed["fix"].startswith(change.format(file=stage.images_file))
    assert exposed["fix"].endswith("then `ignition up`")


def test_a_command_of_ones_own_is_told_and_looked_at_as_well(stage: Stage, tmp_path: Path) -> None:
    stage.map_image("ghcr.io/ecent/api*", stage.images_command, port="SERVER_PORT", listen="SERVER_HOST")
    stage.platform.put_app(app(env={"SERVER_HOST": "0.0.0.0"}))
    stage.platform.override("ca-api", Override(command=("sh", "-c", '"$@" & wait', "sh", *OPEN), cwd=str(tmp_path)))
    assert stage.shown(host_of())["env"]["SERVER_HOST"] == "127.0.0.1"
    assert said(stage)["exposed"]["fix"].endswith("then `ignition up --run api=COMMAND`")
    stage.platform.override("ca-api", None)
    assert said(stage)["exposed"] is None
