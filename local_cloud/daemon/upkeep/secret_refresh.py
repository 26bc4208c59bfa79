"""Periodically reads the Key Vault references of apps again, so that a new version reaches an app without a deployment."""

from __future__ import annotations

import contextlib
import threading
from typing import Final

from local_cloud.runtime.errors import BackendError
from local_cloud.services.container_apps.backend import Platform

_EVERY_S: Final = 60.0  # Azure: within 30 minutes


class SecretRefresh:
    """
    The thread that does it.

    Args:
        platform: whose apps.
        every_s: the pause between two readings, in seconds.
    """

    def __init__(self, platform: Platform, every_s: float = _EVERY_S) -> None:
        self._platform = platform
        self._every_s = every_s
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._keep_reading, name="secret refresh", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, after the reading that is under way."""
        self._leaving.set()
        self._thread.join()

    def _keep_reading(self) -> None:
        while not self._leaving.wait(self._every_s):
            for app in self._platform.apps():
                with contextlib.suppress(BackendError):  # the app goes on with what it has, as on Azure
                    self._platform.refresh_secrets(app.name)
