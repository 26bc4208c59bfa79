"""Every check, run side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ignition.verify.database import database
from ignition.verify.deployment import Deployment
from ignition.verify.hosts import hosts, schema, targets
from ignition.verify.result import Result
from ignition.verify.sign_in import sign_in
from ignition.verify.storage import storage
from ignition.verify.vault import vault
from ignition.verify.zone import zone

Check = Callable[[Deployment], Iterable[Result]]

CHECKS: Final[Sequence[Check]] = (database, schema, vault, storage, sign_in, targets, hosts, zone)


def verify(deployment: Deployment) -> Sequence[Result]:
    """
    Runs every check; nothing is left behind.

    Returns:
        The results, by blocker.
    """
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        started = [pool.submit(_results, check, deployment) for check in CHECKS]
        results = [result for each in started for result in each.result()]
    return sorted(results, key=lambda each: each.blocker)


def _results(check: Check, deployment: Deployment) -> list[Result]:
    return list(check(deployment))
