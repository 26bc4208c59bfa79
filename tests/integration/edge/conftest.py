"""An edge in front of a platform with one app that is bound to api.ecent.online with an Origin CA certificate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.edge.front import Front


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """One for all tests of a module: each applies its own state."""
    made = Front(tmp_path_factory.mktemp("edge"))
    yield made
    made.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path
