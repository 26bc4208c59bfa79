"""An operator whose gateway does not answer says so, and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.ports import free_port
from local_cloud.services.object_storage.backend.operator import Operator


@pytest.mark.parametrize("ask", [lambda operator: operator.accounts(), lambda operator: operator.cors("media")])
def test_a_gateway_that_does_not_answer_is_named(ask: Callable[[Operator], object]) -> None:
    port = free_port()
    with pytest.raises(BackendError, match=rf"the S3 gateway at port {port} does not answer .*gateway\.log"):
        ask(Operator(port, "access", "secret", "auto"))
