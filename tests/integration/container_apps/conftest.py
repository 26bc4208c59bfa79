"""What the tests of the container platform share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.container_apps.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A platform with one environment; everything is ended afterwards."""
    made = Stage(tmp_path)
    yield made
    made.close()
