"""What every app of a platform uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local_cloud.runtime.processes.supervisor import BackOff
from local_cloud.services.container_apps.backend.processes.events import Events
from local_cloud.services.container_apps.backend.processes.launch import Launcher
from local_cloud.services.container_apps.backend.secrets import SecretResolver
from local_cloud.services.container_apps.backend.state import AppRecord, Sealed


@dataclass(frozen=True, kw_only=True)
class AppContext:
    """
    What every app of a platform uses.

    Attributes:
        domain_of: the default domain of an environment.
        route: brings the ingress in line with the apps, at once.
        changed: notes that the ingress may have to follow, soon.
        attempts: failed starts in a row after which a new revision has failed.
        timeout_s: how long a new revision may take.
    """

    launcher: Launcher
    records: Sealed[AppRecord]
    resolve_secret: SecretResolver
    domain_of: Callable[[str], str]
    route: Callable[[], None]
    changed: Callable[[], None]
    events: Events
    back_off: BackOff
    attempts: int
    timeout_s: float
