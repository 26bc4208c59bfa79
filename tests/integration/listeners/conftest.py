"""One platform, and one plan daemon, whose sockets are looked at."""

import pytest

from tests.support.ignition_command import Ignition
from tests.support.local_platform import LocalPlatform


@pytest.fixture(scope="session")
def platform(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("platform"))
    made.up()
    yield made
    made.remove()


@pytest.fixture(scope="session")
def ignition(tmp_path_factory):
    command = Ignition(tmp_path_factory.mktemp("state"))
    yield command
    command.close()
