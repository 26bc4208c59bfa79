"""One platform for the tests of what a backend developer does with it; each leaves it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.local_platform import LocalPlatform


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    made = LocalPlatform.make(tmp_path_factory.mktemp("developer"))
    made.up()
    yield made
    made.remove()
