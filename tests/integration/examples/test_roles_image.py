"""The image of the roles' container runs through the platform's own launcher with PostgreSQL's programs on its PATH."""

from __future__ import annotations

import subprocess
from pathlib import Path

from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.runtime.network.ports import Ports
from local_cloud.services.container_apps.backend import Container, Images
from local_cloud.services.container_apps.backend.processes.launch import Launcher, Workload
from tests.integration.examples.conftest import IMAGES, ROLES_IMAGE


def test_the_roles_container_finds_psql(tmp_path: Path) -> None:
    launcher = Launcher(
        directory=tmp_path,
        images=Images(IMAGES, programs={"postgres": find_postgres()}),
        ports=Ports(tmp_path / "ports.json"),
        identity_env=lambda _name, _identities: {},
        machine_env={},
    )
    container = Container(
        name="database-roles", image=ROLES_IMAGE, command=("/bin/sh", "-ec"), args=("exec psql --version",)
    )
    workload = Workload(name="api", replica="api--1", identities=(), variables={}, secrets={})
    plan = launcher.plan(workload, container, first=False)
    said = subprocess.run(plan.argv, env=dict(plan.env), cwd=plan.cwd, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("psql (PostgreSQL) 17")
