"""Apps' references to the vault are read again from time to time."""

import threading
from types import SimpleNamespace

from local_cloud.daemon.upkeep.secret_refresh import SecretRefresh
from local_cloud.runtime.errors import BackendError


class _Platform:
    def __init__(self, wanted):
        self.read = []
        self.enough = threading.Event()
        self._wanted = wanted

    def apps(self):
        return [SimpleNamespace(name="broken"), SimpleNamespace(name="api")]

    def refresh_secrets(self, name):
        self.read.append(name)
        if len(self.read) >= self._wanted:
            self.enough.set()
        if name == "broken":
            raise BackendError("forbidden")


def test_every_app_is_read_again_and_again_although_one_fails():
    platform = _Platform(wanted=4)
    refresh = SecretRefresh(platform, every_s=0.01)
    refresh.start()
    platform.enough.wait()
    refresh.stop()
    assert platform.read[:4] == ["broken", "api", "broken", "api"]
