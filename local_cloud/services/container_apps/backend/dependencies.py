"""What the platform takes from other services (DNS, Key Vault, identities), and its timing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from local_cloud.runtime.processes.supervisor import BackOff
from local_cloud.services.container_apps.backend.processes.launch import IdentityEnv
from local_cloud.services.container_apps.backend.routing.certificates import Lookup
from local_cloud.services.container_apps.backend.secrets import SecretResolver


@dataclass(frozen=True, kw_only=True)
class Timing:
    """
    Pauses, attempts and timeouts of the platform.

    Attributes:
        back_off: pauses between restarts; Azure's are longer (10 s to 5 minutes).
        attempts: failed starts in a row after which a new revision has failed.
        deploy_s: how long a new revision may take.
        poll_s: how often requests are counted for scaling.
    """

    back_off: BackOff = field(default_factory=lambda: BackOff(first_s=0.5, most_s=30))
    attempts: int = 3
    deploy_s: float = 600
    poll_s: float = 2


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """
    What the platform takes from other services.

    Attributes:
        resolve_secret: the value of a Key Vault secret, by identity and address; raises `BackendError` when it may not be read.
        identity_env: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` of an app.
        lookup: what DNS holds, by name and type.
        verification_id: what asuid records must hold.
        machine_env: variables that every app gets, to trust this machine's authority.
    """

    resolve_secret: SecretResolver
    identity_env: IdentityEnv
    lookup: Lookup
    verification_id: str
    machine_env: Mapping[str, str] = field(default_factory=dict[str, str])
