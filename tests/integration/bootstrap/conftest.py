"""The `ignition` command with one warm daemon for all tests of this folder."""

import pytest

from tests.support.ignition_command import Ignition


@pytest.fixture(scope="session")
def ignition(tmp_path_factory):
    command = Ignition(tmp_path_factory.mktemp("state"))
    yield command
    command.close()
