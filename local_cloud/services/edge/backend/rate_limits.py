"""Counting requests, and keeping out who asks too often."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from local_cloud.services.edge.backend.state import RateLimitRule

_MOST_COUNTERS: Final = 10_000


@dataclass
class _Counter:
    times: deque[float] = field(default_factory=deque[float])
    kept_out_until: float = 0.0


class RateLimits:
    """
    The counters of all rules; safe to use from any thread.

    Args:
        clock: the time in seconds, for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rules: dict[str, RateLimitRule] = {}
        self._counters: dict[tuple[str, ...], _Counter] = {}
        self._lock = threading.Lock()

    def set_rules(self, rules: Mapping[str, RateLimitRule]) -> None:
        """Follow these rules from now on; the counters of rules that stay the same go on."""
        with self._lock:
            same = {key for key, rule in rules.items() if self._rules.get(key) == rule}
            self._counters = {key: each for key, each in self._counters.items() if key[0] in same}
            self._rules = dict(rules)

    def wait_s(self, rule_id: str, characteristics: Mapping[str, str]) -> float:
        """
        Count a request.

        Args:
            rule_id: which rule it matches; an unknown one lets everything through.
            characteristics: of the request: `ip.src`, `http.host`.

        Returns:
            How long its sender is kept out; 0 lets it through.
        """
        with self._lock:
            rule = self._rules.get(rule_id)
            if rule is None:
                return 0
            now = self._clock()
            counter = self._counter((rule_id, *(characteristics.get(each, "") for each in sorted(rule.by))), now)
            if counter.kept_out_until > now:
                return counter.kept_out_until - now
            while counter.times and counter.times[0] <= now - rule.period_s:
                counter.times.popleft()
            counter.times.append(now)
            if len(counter.times) <= rule.requests:
                return 0
            counter.times.clear()
            counter.kept_out_until = now + rule.timeout_s
            return float(rule.timeout_s)

    def _counter(self, key: tuple[str, ...], now: float) -> _Counter:
        if key not in self._counters and len(self._counters) >= _MOST_COUNTERS:
            self._counters = {each: value for each, value in self._counters.items() if value.kept_out_until > now}
        return self._counters.setdefault(key, _Counter())
