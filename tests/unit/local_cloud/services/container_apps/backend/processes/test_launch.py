"""From a container to its process."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import Ports
from local_cloud.services.container_apps.backend import (
    Container,
    EnvironmentVariable,
    HttpGet,
    Images,
    Override,
    Probe,
    words_of,
)
from local_cloud.services.container_apps.backend.processes.launch import Launcher, ListenAddress, Plan, Workload

WORKLOAD = Workload(
    name="ca-api",
    replica="ca-api--r1-1",
    identities=(),
    variables={"CONTAINER_APP_NAME": "ca-api"},
    secrets={"database-url": "s3cret"},
    target_port=8080,
)
CONTAINER = Container(
    name="api",
    image="api",
    env=(EnvironmentVariable(name="DATABASE_URL", secret_ref="database-url"),),
    probes=(Probe(type="Liveness", http_get=HttpGet(path="/", port=8080)),),
)


def plan(
    directory: Path,
    entry: str,
    container: Container = CONTAINER,
    *,
    first: bool = True,
    override: Override | None = None,
) -> Plan:
    file = directory / "local-images.yaml"
    file.write_text(f"images: [{entry}]\n")
    launcher = Launcher(
        directory=directory / "run",
        images=Images(file, search=str(directory)),
        ports=Ports(directory / "ports.json"),
        identity_env=lambda *_: {},
        machine_env={},
    )
    return launcher.plan(WORKLOAD, container, first=first, override=override)


def test_the_port_is_told_by_the_variable_that_the_entry_names(tmp_path: Path) -> None:
    made = plan(tmp_path, "{image: api, command: serve, port: SERVER_PORT}")
    assert made.env["SERVER_PORT"] == str(made.ports[8080])
    assert made.ports[8080] != 8080


def test_the_port_and_this_python_stand_in_a_command_for_their_places(tmp_path: Path) -> None:
    made = plan(tmp_path, "{image: api, command: '{python} serve --port={port}'}")
    assert made.argv == (sys.executable, "serve", f"--port={made.ports[8080]}")


def test_without_a_way_to_tell_it_the_process_listens_on_the_declared_port(tmp_path: Path) -> None:
    assert plan(tmp_path, "{image: api, command: serve}").ports == {8080: 8080}


def test_a_port_that_the_app_declares_itself_is_overridden(tmp_path: Path) -> None:
    declared = replace(CONTAINER, env=(EnvironmentVariable(name="SERVER_PORT", value="8080"),))
    made = plan(tmp_path, "{image: api, command: serve, port: SERVER_PORT}", declared)
    assert made.env["SERVER_PORT"] == str(made.ports[8080])


@pytest.mark.parametrize("override", [None, Override(command=("serve",))], ids=["the entry's", "a developer's"])
def test_the_address_to_listen_on_is_loopback_whatever_the_app_declares(
    tmp_path: Path, override: Override | None
) -> None:
    declared = replace(CONTAINER, env=(EnvironmentVariable(name="SERVER_HOST", value="0.0.0.0"),))
    entry = "{image: api, command: serve, port: SERVER_PORT, listen: SERVER_HOST}"
    made = plan(tmp_path, entry, declared, override=override)
    assert made.env["SERVER_HOST"] == "127.0.0.1"
    assert made.listen == ListenAddress("SERVER_HOST", "0.0.0.0")


def test_an_app_that_declares_no_address_is_told_loopback_too(tmp_path: Path) -> None:
    made = plan(tmp_path, "{image: api, command: serve, listen: HOST}")
    assert (made.env["HOST"], made.listen) == ("127.0.0.1", ListenAddress("HOST", None))


def test_without_an_entry_that_names_it_the_address_is_the_declared_one(tmp_path: Path) -> None:
    declared = replace(CONTAINER, env=(EnvironmentVariable(name="SERVER_HOST", value="0.0.0.0"),))
    made = plan(tmp_path, "{image: api, command: serve}", declared)
    assert (made.env["SERVER_HOST"], made.listen) == ("0.0.0.0", None)


def test_an_address_that_is_a_secret_is_replaced_and_not_shown(tmp_path: Path) -> None:
    declared = replace(CONTAINER, env=(EnvironmentVariable(name="SERVER_HOST", secret_ref="database-url"),))
    made = plan(tmp_path, "{image: api, command: serve, listen: SERVER_HOST}", declared)
    assert (made.env["SERVER_HOST"], made.listen) == ("127.0.0.1", ListenAddress("SERVER_HOST", None))


def test_what_the_app_declares_wins_over_the_entry(tmp_path: Path) -> None:
    declared = replace(CONTAINER, env=(EnvironmentVariable(name="LEVEL", value="app"),))
    assert plan(tmp_path, "{image: api, command: serve, env: {LEVEL: entry}}", declared).env["LEVEL"] == "app"


def test_a_command_of_the_container_replaces_the_entrys(tmp_path: Path) -> None:
    declared = replace(CONTAINER, command=("migrate",), args=("up",))
    assert plan(tmp_path, "{image: api, command: serve}", declared).argv == ("migrate", "up")


def test_arguments_of_the_container_follow_the_entrys_command(tmp_path: Path) -> None:
    assert plan(tmp_path, "{image: api, command: serve}", replace(CONTAINER, args=("-v",))).argv == ("serve", "-v")


def test_missing_probes_of_the_ingress_are_those_of_the_platform(tmp_path: Path) -> None:
    made = plan(tmp_path, "{image: api, command: serve}")
    assert [(probe.type, probe.tcp_port) for probe in made.probes] == [
        ("Liveness", None),
        ("Startup", 8080),
        ("Readiness", 8080),
    ]
    assert len(plan(tmp_path, "{image: api, command: serve}", first=False).probes) == 1


def test_a_developers_command_needs_no_entry(tmp_path: Path) -> None:
    made = plan(tmp_path, "", override=Override(command=("serve", "{port}"), cwd=str(tmp_path)))
    assert made.argv == ("serve", str(made.ports[8080]))


def test_an_engine_gets_values_by_its_environment_and_not_in_its_command(tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    made = plan(tmp_path, "", replace(CONTAINER, command=("serve", "fast"), args=("now",)))
    assert made.argv == (
        *(str(program), "run", "--rm", "--name", "ca-api--r1-1-api", "--network", "host"),
        *("--env", "CONTAINER_APP_NAME", "--env", "DATABASE_URL", "--entrypoint", "serve", "api", "fast", "now"),
    )
    assert made.env["DATABASE_URL"] == "s3cret"
    assert made.cleanup == (str(program), "rm", "--force", "ca-api--r1-1-api")


def test_secrets_are_not_shown_by_plans_and_owners(tmp_path: Path) -> None:
    assert "s3cret" not in f"{plan(tmp_path, '{image: api, command: serve}')!r}{WORKLOAD!r}"


@pytest.mark.parametrize("command", ["", "  ", "serve 'x"])
def test_a_command_that_cannot_be_read_is_an_error(command: str) -> None:
    with pytest.raises(BackendError, match="the command"):
        words_of(command)
