"""The `ignition` command with one warm daemon for all tests of this folder."""

import socket
from dataclasses import dataclass

import pytest

from tests.support.ignition_command import Ignition


@pytest.fixture(scope="session")
def ignition(tmp_path_factory):
    command = Ignition(tmp_path_factory.mktemp("state"))
    yield command
    command.close()


@dataclass(frozen=True)
class Nobody:
    """A proxy that answers nobody and knows how many asked."""

    listener: socket.socket

    @property
    def proxies(self):
        address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        return dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), address)

    @property
    def contacts(self):
        count = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def nobody():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Nobody(listener)
