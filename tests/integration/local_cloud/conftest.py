"""One platform for the tests that leave it as it was."""

import pytest

from tests.support.local_platform import LocalPlatform


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("platform"))
    made.up()
    yield made
    made.remove()
