"""
Noticing that settings have changed while the program runs.

Polls, because Key Vault has nothing that calls back. What to do with new settings is the program's.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self

from app_config.checking import ContractT
from app_config.contract import values_of
from app_config.loading import load, resolve
from app_config.problems import SettingsError
from app_config.sources.source import Source

_log = logging.getLogger("app_config")


class Watch(Generic[ContractT]):
    """
    Settings that stay current; made by `watch`. A context manager.

    Attributes:
        settings: the settings that hold. They change as a whole, once all new values are valid together.
    """

    def __init__(
        self,
        contract: type[ContractT],
        sources: tuple[Source, ...],
        *,
        on_change: Callable[[ContractT, frozenset[str]], None],
        on_problem: Callable[[SettingsError], None],
        interval_s: float,
        jitter: float,
    ) -> None:
        self._contract = contract
        self._sources = sources
        self._on_change = on_change
        self._on_problem = on_problem
        self._interval_s = interval_s
        self._jitter = jitter
        self._stopping = threading.Event()
        self._polling = threading.Lock()
        self.settings: ContractT = load(contract, *sources)
        self._thread = threading.Thread(target=self._run, name="app-config-watch", daemon=True)
        self._thread.start()

    def poll(self) -> bool:
        """
        Look now, and say whether something changed.

        Last good snapshots are not read here: they could be older than the settings that hold.
        """
        with self._polling:
            resolution = resolve(self._contract, *self._sources, snapshots=False)
            new = resolution.settings
            if new is None:
                self._on_problem(SettingsError(resolution.problems))
                return False
            before, after = values_of(self.settings), values_of(new)
            changed = frozenset(name for name, value in after.items() if before[name] != value)
            if not changed:
                return False
            self.settings = new
            _log.info("Settings changed: %s", ", ".join(sorted(changed)))
            self._on_change(new, changed)
            return True

    def stop(self) -> None:
        """Stop looking; the settings stay. From within a callback too."""
        self._stopping.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        # Jitter: replicas that started together must not ask together for ever.
        while not self._stopping.wait(self._interval_s * random.uniform(1 - self._jitter, 1 + self._jitter)):  # noqa: S311
            try:
                self.poll()
            except Exception:  # noqa: BLE001  whatever the callback raises
                # A callback failed; the next change must be noticed nevertheless.
                _log.exception("A callback of the settings' watch failed")


def watch(
    contract: type[ContractT],
    *sources: Source,
    on_change: Callable[[ContractT, frozenset[str]], None],
    on_problem: Callable[[SettingsError], None] | None = None,
    interval_s: float = 300.0,
    jitter: float = 0.2,
) -> Watch[ContractT]:
    """
    Load settings and keep looking for new ones.

    Args:
        contract: the settings class.
        sources: where to look, as for `load`.
        on_change: called with the new settings and the names of the variables that changed, in the watch's own thread.
        on_problem: called when the new values cannot be used; the old settings stay. Without it, that is logged.
        interval_s: how long to wait between two looks.
        jitter: by which share, 0 to 1, each wait is made longer or shorter at random.

    Raises:
        SettingsError: the settings cannot be used to begin with.
        ValueError: an interval or a jitter that makes no sense.
    """
    if interval_s <= 0 or not 0 <= jitter < 1:
        raise ValueError(f"interval_s is {interval_s} and jitter {jitter}: use an interval above 0 and 0 <= jitter < 1")
    return Watch(
        contract, sources, on_change=on_change, on_problem=on_problem or _report, interval_s=interval_s, jitter=jitter
    )


def _report(error: SettingsError) -> None:
    _log.error("The old settings stay, because the new ones cannot be used. %s", error)
