"""Objects, rules and credentials outlive the gateways' and the daemon's death."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.services.object_storage.backend.rules import CorsRule, LockRule
from local_cloud.services.object_storage.backend.storage import ObjectStorage, secret_access_key
from tests.integration.object_storage.conftest import TOKEN_VALUE, State
from tests.support.waiting import until


def test_a_killed_gateway_comes_back_with_its_objects(
    state: State, storage: ObjectStorage, s3: Any, bucket: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"kept")
    process = state.supervisor.get("object storage")
    assert process is not None
    assert process.pid is not None
    killed = process.pid
    os.kill(killed, signal.SIGKILL)
    until(lambda: process.pid != killed and process.ready, "the restart")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


def test_everything_is_as_it_was_after_stopping_and_starting(
    state: State, storage: ObjectStorage, s3: Any, bucket: str, token: str
) -> None:
    s3.put_object(Bucket=bucket, Key="audit/1", Body=b"kept")
    other_bucket = storage.put_bucket("not-the-tokens").name
    storage.set_locks(bucket, [LockRule(id="audit", prefix="audit/", indefinite=True)])
    storage.set_cors(bucket, [CorsRule(methods=("GET",), origins=("*",))])
    storage.stop()
    again = state.storage()
    again.start()
    try:
        client = state.client(again.endpoint, token)
        assert client.get_object(Bucket=bucket, Key="audit/1")["Body"].read() == b"kept"
        with pytest.raises(ClientError, match="object lock"):
            client.delete_object(Bucket=bucket, Key="audit/1")
        with pytest.raises(ClientError, match="AccessDenied"):
            client.list_objects_v2(Bucket=other_bucket)
        assert again.bucket(bucket).cors == (CorsRule(methods=("GET",), origins=("*",)),)
        assert again.endpoint == storage.endpoint
    finally:
        again.stop()
        storage.start()


def test_running_gateways_are_adopted_by_the_next_daemon(state: State, storage: ObjectStorage) -> None:
    before = [status.pid for status in state.supervisor.status()]
    processes = [state.supervisor.get(name) for name in state.supervisor.names()]
    state.supervisor.detach_all()
    next_daemon = Supervisor()
    again = state.storage(next_daemon)
    again.start()
    assert [status.pid for status in next_daemon.status()] == before
    again._leave.set()
    next_daemon.detach_all()
    storage.start()
    state.supervisor.stop_all()
    for process in processes:
        process.wait()  # our children, although another supervisor ended them
    storage.start()


def test_a_token_whose_removal_was_interrupted_can_be_removed_again(
    storage: ObjectStorage, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_apply_policies", _raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            storage.remove_token(token)
    storage.remove_token(token)
    assert token not in storage.tokens()


def test_secrets_are_in_no_file_that_others_can_read(state: State, storage: ObjectStorage, token: str) -> None:
    secret = secret_access_key(TOKEN_VALUE).encode()
    holding = [path for path in _files(storage.directory) if secret in path.read_bytes()]
    # The gateway needs the secret itself to verify signatures.
    assert {path.parent.name for path in holding} == {"accounts"}
    for path in [*holding, storage.directory / "operator.json"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_token_itself_is_kept_nowhere(storage: ObjectStorage, token: str) -> None:
    for file in _files(storage.directory):
        assert TOKEN_VALUE.encode() not in file.read_bytes(), file


def test_no_secret_is_among_the_arguments_of_a_process(state: State, storage: ObjectStorage) -> None:
    operator = (storage.directory / "operator.json").read_text()
    for status in state.supervisor.status():
        arguments = Path(f"/proc/{status.pid}/cmdline").read_text().split("\0")
        assert not [argument for argument in arguments if len(argument) > 10 and argument in operator]


def _files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def _raise_interrupt() -> None:
    raise KeyboardInterrupt
