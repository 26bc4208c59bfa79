"""
Many secrets at once: a bounded number in flight, one time limit, throttling honoured by all together.

The first secret of a vault is fetched alone, so that one request earns the token that the others then use, and so that a
vault that nobody reaches is asked once. One request's meaning is in `outcomes`.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app_config.vault.addresses import SecretAddress
from app_config.vault.clients import SecretReader
from app_config.vault.outcomes import Failed, Failure, Outcome

_log = logging.getLogger("app_config.vault")

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
# An unreachable vault is given up after so many attempts; throttling lasts as long as the time limit does.
_ATTEMPTS = 4


@dataclass
class _Round:
    """
    What the workers of one fetch share.

    Attributes:
        deadline: in seconds of `time.monotonic`.
        not_before: nobody asks before this time, because the service said so to one of us.
    """

    deadline: float
    not_before: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def left_s(self) -> float:
        return self.deadline - time.monotonic()

    def postpone(self, pause_s: float) -> None:
        """Let everybody wait."""
        with self.lock:
            self.not_before = max(self.not_before, time.monotonic() + pause_s)


def fetch(
    addresses: Sequence[SecretAddress], reader: SecretReader, *, in_flight: int, time_limit_s: float
) -> dict[SecretAddress, Outcome]:
    """
    Fetch secrets.

    Args:
        addresses: which ones.
        reader: reads one of them.
        in_flight: how many requests there are at most at the same time.
        time_limit_s: after this, whatever has no answer counts as unreachable.

    Returns:
        An outcome for every address, in the order of the addresses.
    """
    shared = _Round(deadline=time.monotonic() + time_limit_s)
    outcomes: dict[SecretAddress, Outcome] = {}
    unique = list(dict.fromkeys(addresses))
    firsts = list({address.vault: address for address in reversed(unique)}.values())
    _work(firsts, reader, shared, in_flight, outcomes)
    dead = {
        address.vault: outcome
        for address in firsts
        if isinstance(outcome := outcomes.get(address), Failed) and (outcome.whole_vault or shared.left_s <= 0)
    }
    rest = [address for address in unique if address not in outcomes and address.vault not in dead]
    _work(rest, reader, shared, in_flight, outcomes)
    late = Failed(Failure.UNREACHABLE, "")
    for address in unique:
        if address not in outcomes:
            outcomes[address] = dead.get(address.vault, late)
    _log.debug(
        "%d secrets asked for, %d failed", len(unique), sum(isinstance(each, Failed) for each in outcomes.values())
    )
    return {address: _said(outcomes[address], address, time_limit_s) for address in unique}


def _said(outcome: Outcome, address: SecretAddress, time_limit_s: float) -> Outcome:
    if isinstance(outcome, Failed) and not outcome.text:
        return Failed(
            Failure.UNREACHABLE,
            f"could not be read: no answer from {address.vault}, or from Azure's token endpoint, within {time_limit_s:g} s. "
            "Check the network, or allow more with `time_limit_s`",
        )
    return outcome


def _work(
    addresses: Sequence[SecretAddress],
    reader: SecretReader,
    shared: _Round,
    in_flight: int,
    outcomes: dict[SecretAddress, Outcome],
) -> None:
    """Fetch into `outcomes` until done or until the deadline; whoever hangs is left behind."""
    jobs: queue.SimpleQueue[SecretAddress] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[SecretAddress, Outcome]] = queue.SimpleQueue()
    for address in addresses:
        jobs.put(address)

    def worker() -> None:
        while True:
            try:
                address = jobs.get_nowait()
            except queue.Empty:
                return
            done.put((address, _persist(address, reader, shared)))

    for number in range(min(in_flight, len(addresses))):
        # Daemons: a worker that hangs in a token request must not keep the process from ending.
        threading.Thread(target=worker, name=f"app-config-vault-{number}", daemon=True).start()
    for _ in addresses:
        try:
            address, outcome = done.get(timeout=max(0.0, shared.left_s))
        except queue.Empty:
            return
        outcomes[address] = outcome


def _persist(
    address: SecretAddress,
    reader: SecretReader,
    shared: _Round,
    jitter: Callable[[float, float], float] = random.uniform,
) -> Outcome:
    """Read one secret, and again as long as that can help and there is time."""
    outcome: Outcome = Failed(Failure.UNREACHABLE, "")
    attempt = 0
    while True:
        wait_s = shared.not_before - time.monotonic()
        if wait_s > 0:
            if wait_s >= shared.left_s:
                return outcome
            time.sleep(wait_s + jitter(0, 0.05))
        if shared.left_s <= 0:
            return outcome
        outcome = reader.read(address, timeout_s=shared.left_s)
        attempt += 1
        if not isinstance(outcome, Failed) or not outcome.again:
            return outcome
        if outcome.failure is not Failure.THROTTLED and attempt >= _ATTEMPTS:
            return outcome
        pause_s = outcome.retry_after_s
        if pause_s is None:
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt) * jitter(0.5, 1)
        _log.debug("%s: %s; again in %.1f s", address.name, outcome.failure.name.lower(), pause_s)
        if pause_s >= shared.left_s:
            return outcome
        if outcome.failure is Failure.THROTTLED:
            shared.postpone(pause_s)
        else:
            time.sleep(pause_s)
