"""The sample backend as a process, with a real database and a real bucket; its roles are made by the declared container."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infra.components.data.database import postgres_url
from infra.components.data.database_roles import DatabaseRolesArgs, roles_container, scram_verifier
from infra.config.sections.azure import DatabaseSection
from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.engine.versitygw import find_versitygw
from local_cloud.runtime.network.ports import Ports, free_port
from local_cloud.runtime.processes.process import Process
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend import Images
from local_cloud.services.object_storage.backend.rules import Grant
from local_cloud.services.object_storage.backend.storage import ObjectStorage, secret_access_key
from local_cloud.services.postgres.backend.places import Places
from local_cloud.services.postgres.backend.servers import PostgresServers

PROJECT = Path(__file__).parents[3]
IMAGES = PROJECT / "local-images.yaml"
LOGIN, PASSWORD, DATABASE = "ecent_admin", "Correct-Horse-1", "ignition"
ROLE_PASSWORD = "a" * 40
TOKEN_ID, TOKEN_VALUE = "0123456789abcdef0123456789abcdef", "v1.0-a-token-as-cloudflare-gives-it"
ROLES_IMAGE = "docker.io/library/postgres@sha256:6567bca8d7bc8c82c5922425a0baee57be8402df92bae5eacad5f01ae9544daa"

Start = Callable[..., str]


@dataclass(frozen=True)
class Parts:
    """What a backend needs, running."""

    database_url: str
    storage: ObjectStorage
    bucket: str


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    state = tmp_path_factory.mktemp("parts")
    supervisor, ca, ports = Supervisor(), LocalCA(state / "ca"), Ports(state / "ports.json")
    with tempfile.TemporaryDirectory(prefix="ignition-test-", dir="/tmp") as outside:
        Path(outside).chmod(0o755)
        servers = PostgresServers(
            state / "postgres",
            programs=find_postgres(),
            ca=ca,
            ports=ports,
            supervisor=supervisor,
            places=Places.of_this_machine(Path(outside)),
        )
        storage = ObjectStorage(
            state / "object-storage",
            program=find_versitygw(),
            ca=ca,
            ports=ports,
            supervisor=supervisor,
            account_id=TOKEN_ID,
        )
        try:
            yield Parts(_database(servers, ca), _storage(storage), "ignition-media")
        finally:
            storage.stop()
            servers.delete_all()
            supervisor.stop_all()


def _database(servers: PostgresServers, ca: LocalCA) -> str:
    server = servers.server("ecent-examples")
    server.apply(login=LOGIN, version="17", password=PASSWORD)
    server.create_database(DATABASE)
    config = DatabaseSection(root_certificate=str(ca.ca_file)).model_copy(update={"administrator": LOGIN})
    where = DatabaseRolesArgs(host="localhost", port=server.port, database=DATABASE, config=config)
    container = roles_container(where, secrets={})
    verifiers = {f"VERIFIER_{slot}": scram_verifier(ROLE_PASSWORD) for slot in "AB"}
    subprocess.run(
        [*container.command, *container.args],
        env={
            **{name: str(value) for name, value in container.env.items()},
            **verifiers,
            "PGPASSWORD": PASSWORD,
            "PATH": f"{find_postgres()}:{os.defpath}",
        },
        check=True,
    )
    return postgres_url(
        "ignition_a",
        ROLE_PASSWORD,
        host="localhost",
        port=server.port,
        database=DATABASE,
        root_certificate=str(ca.ca_file),
    )


def _storage(storage: ObjectStorage) -> ObjectStorage:
    storage.start()
    storage.put_bucket("ignition-media")
    storage.put_token(TOKEN_ID, TOKEN_VALUE, [Grant(bucket="ignition-media", write=True)])
    return storage


@pytest.fixture(scope="session")
def environment(parts: Parts) -> dict[str, str]:
    """Every variable of the api, as the local stack would set it."""
    example = (PROJECT / ".env.example").read_text().splitlines()
    defaults = dict(line.split("=", 1) for line in example if "=" in line and not line.startswith("#"))
    return {
        **defaults,
        "SERVER_HOST": "127.0.0.1",
        "DATABASE_URL": parts.database_url,
        "STORAGE_ENDPOINT": parts.storage.plain_endpoint,
        "STORAGE_BUCKET": parts.bucket,
        "STORAGE_REGION": "auto",
        "STORAGE_ACCESS_KEY_ID": TOKEN_ID,
        "STORAGE_SECRET_ACCESS_KEY": secret_access_key(TOKEN_VALUE),
        "CORS_ALLOWED_ORIGINS": f"{defaults['SERVER_FRONTEND_URL']},https://admin.ecent.test",
    }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts what `local-images.yaml` names for an image; returns its address."""
    running: list[Process] = []

    def start(image: str, environment: Mapping[str, str]) -> str:
        mapped = Images(IMAGES).find(image)
        assert mapped is not None
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = Process(
            image.rpartition("/")[2],
            [word.replace("{python}", sys.executable) for word in mapped.command],
            env={"PATH": os.defpath, **environment, str(mapped.port): str(port)},
            cwd=Images(IMAGES).directory(mapped),
            log_file=tmp_path / "app.log",
            ready=lambda: _healthy(url),
        )
        running.append(process)
        process.start()
        return url

    yield start
    for process in running:
        process.stop()


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.TransportError:
        return False
