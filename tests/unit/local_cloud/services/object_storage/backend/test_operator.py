"""An operator whose gateway does not answer says so, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.ports import free_port
from local_cloud.services.object_storage.backend.operator import Operator


def test_a_front_that_does_not_answer_is_named_by_its_port(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(BackendError, match=rf"the S3 gateway at port {port} does not answer .*gateway\.log"):
        Operator(port, tmp_path / "admin.sock", "access", "secret", "auto").cors("media")


def test_a_gateway_that_does_not_answer_is_named_by_its_socket(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=rf"the S3 gateway at {tmp_path}/admin.sock does not answer .*gateway\.log"):
        Operator(free_port(), tmp_path / "admin.sock", "access", "secret", "auto").accounts()
