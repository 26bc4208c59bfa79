"""One real storage a module, and boto3 clients for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local_cloud.engine.versitygw import find_versitygw
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import BackOff, Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.object_storage.backend.rules import Grant
from local_cloud.services.object_storage.backend.storage import ObjectStorage, secret_access_key

ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN_VALUE = "v1.0-a-token-as-cloudflare-gives-it"

Connect = Callable[..., Any]


@dataclass
class State:
    """A state directory and what a daemon would make of it."""

    directory: Path
    ca: LocalCA
    supervisor: Supervisor

    def storage(self, supervisor: Supervisor | None = None) -> ObjectStorage:
        return ObjectStorage(
            self.directory / "object-storage",
            program=find_versitygw(),
            ca=self.ca,
            ports=Ports(self.directory / "ports.json"),
            supervisor=supervisor or self.supervisor,
            account_id=ACCOUNT,
        )

    def client(self, endpoint: str, access: str, value: str = TOKEN_VALUE) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=access,
            aws_secret_access_key=secret_access_key(value),
            region_name="auto",
            verify=str(self.ca.ca_file),
            config=Config(retries={"max_attempts": 1}),
        )


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    directory = tmp_path_factory.mktemp("state")
    supervisor = Supervisor(back_off=BackOff(first_s=0.01))
    yield State(directory, LocalCA(directory / "ca"), supervisor)
    supervisor.stop_all()


@pytest.fixture(scope="module")
def storage(state: State) -> Iterator[ObjectStorage]:
    storage = state.storage()
    storage.start()
    yield storage
    storage.stop()


@pytest.fixture
def bucket(storage: ObjectStorage) -> str:
    """A bucket of the test's own."""
    return storage.put_bucket(f"media-{os.urandom(4).hex()}").name


@pytest.fixture
def other_bucket(storage: ObjectStorage) -> str:
    """A bucket that the test's token may not use."""
    return storage.put_bucket(f"other-{os.urandom(4).hex()}").name


@pytest.fixture
def token(storage: ObjectStorage, bucket: str) -> str:
    """Id of a token that may write to the bucket."""
    token_id = os.urandom(16).hex()
    storage.put_token(token_id, TOKEN_VALUE, [Grant(bucket=bucket, write=True)])
    return token_id


@pytest.fixture
def s3(state: State, storage: ObjectStorage, token: str) -> Any:
    """A boto3 client with the token's key pair, over verified TLS."""
    return state.client(storage.endpoint, token)
