"""
How the tests are shared out among pytest-xdist's workers.

Tests that start real parts wait most of the time, so they come first, and the others fill the cores beside them. A file of them stays
on one worker, and so do the files that use one platform: starting it again costs more than running them side by side saves.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")

_REAL_PARTS: Final = ("tests/integration/", "tests/upgrade/")
_ONE_PLATFORM: Final = {
    "tests/integration/console/": "the console's platform",
    "tests/integration/examples/": "the backend's parts",
    "tests/integration/local_cloud/test_app_clients.py": "the unchanged platform",
    "tests/integration/local_cloud/test_clients.py": "the unchanged platform",
    "tests/integration/local_cloud/test_drift.py": "the unchanged platform",
}
"""Whose tests share a fixture that is expensive to make: the beginning of a test's id, and a name for what they share."""
_LONGEST: Final = "tests/integration/local_cloud/"
_CHUNKS: Final = 8
"""Into how many groups a file of tests that start no parts is split."""


class _Groups(LoadScopeScheduling):
    """Gives a worker one group after the other, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        shared = next((name for beginning, name in _ONE_PLATFORM.items() if nodeid.startswith(beginning)), None)
        if shared is not None:
            return shared
        file = nodeid.partition("::")[0]
        return file if _starts_parts(nodeid) else f"{file}:{zlib.crc32(nodeid.encode()) % _CHUNKS}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Groups:
    """Our groups, whatever `--dist` says."""
    config.option.loadscopereorder = False  # by the number of tests, which says nothing of how long they take
    return _Groups(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole platform first, then other real parts; within that the random order stays."""
    items.sort(key=lambda item: (not item.nodeid.startswith(_LONGEST), not _starts_parts(item.nodeid)))


def _starts_parts(nodeid: str) -> bool:
    return nodeid.startswith(_REAL_PARTS)
