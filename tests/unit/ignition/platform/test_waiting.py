"""Waiting for the apps; the daemon's answers are given one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ignition.platform.waiting import wait_for_apps
from local_cloud.background import Address
from local_cloud.daemon.control.client import Client
from local_cloud.runtime.errors import BackendError


class _Answers(Client):
    def __init__(self, *answers: list[dict[str, Any]]) -> None:
        super().__init__(Path(), Address(1, 1, ""))
        self.__dict__["rest"] = list(answers)

    def get(self, path: str) -> Any:
        assert path == "/api/status"
        rest: list[list[dict[str, Any]]] = self.__dict__["rest"]
        return {"apps": rest.pop(0) if len(rest) > 1 else rest[0]}


def _app(state: str, *, failures: int = 0, trouble: str | None = None) -> dict[str, Any]:
    return {"name": "api", "state": state, "failures": failures, "trouble": trouble}


def test_it_returns_when_every_app_runs() -> None:
    wait_for_apps(_Answers([_app("Progressing")], [_app("Degraded", failures=1)], [_app("Running", failures=1)]))


@pytest.mark.parametrize(
    "lost", [_app("Degraded", failures=3, trouble="it exited"), _app("Failed", trouble="it exited")]
)
def test_one_that_fails_again_and_again_is_given_up_with_the_reason(lost: dict[str, Any]) -> None:
    with pytest.raises(BackendError, match=r"(?s)api does not serve: it exited.*ignition logs api`"):
        wait_for_apps(_Answers([lost]))


def test_one_that_says_nothing_is_given_up_after_a_while() -> None:
    with pytest.raises(BackendError, match="api does not serve: it was not ready within"):
        wait_for_apps(_Answers([_app("Progressing")]), patience_s=0.1)


def test_patience_is_for_those_that_may_still_come() -> None:
    with pytest.raises(BackendError, match="api does not serve: the probe fails"):
        wait_for_apps(_Answers([_app("Degraded", trouble="the probe fails")]), patience_s=0)
