"""
What an app, a job and an environment are declared as: the part of Azure's API that is really played, as plain values.

Rules on names and numbers are checked where the program's inputs come in; here are only those that need the platform.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

RevisionsMode = Literal["Single", "Multiple"]
ProbeType = Literal["Startup", "Liveness", "Readiness"]
BindingType = Literal["Disabled", "SniEnabled", "Auto"]


@dataclass(frozen=True, kw_only=True)
class HttpGet:
    """A request that a probe sends; 200 to 399 is success."""

    path: str
    port: int
    scheme: Literal["HTTP", "HTTPS"] = "HTTP"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Probe:
    """
    A health probe; either `http_get` or `tcp_port` is set. Defaults are Kubernetes' own.

    Times are in seconds; fractions are allowed here, which keeps tests short.
    """

    type: ProbeType
    http_get: HttpGet | None = None
    tcp_port: int | None = None
    initial_delay_s: float = 0
    period_s: float = 10
    timeout_s: float = 1
    failure_threshold: int = 3
    success_threshold: int = 1

    @property
    def port(self) -> int:
        """The port it asks, as declared."""
        return self.http_get.port if self.http_get is not None else self.tcp_port or 0


@dataclass(frozen=True, kw_only=True)
class EnvironmentVariable:
    """A variable with a plain value, or with the value of one of the app's secrets."""

    name: str
    value: str | None = None
    secret_ref: str | None = None


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a replica; a command or arguments replace what the image's mapping says."""

    name: str
    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvironmentVariable, ...] = ()
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A secret of an app: a value, or the address of one in Key Vault and the identity that reads it."""

    name: str
    value: str | None = None
    key_vault_url: str | None = None
    identity: str | None = None

    def __repr__(self) -> str:
        return f"Secret(name={self.name!r}, key_vault_url={self.key_vault_url!r}, identity={self.identity!r})"


@dataclass(frozen=True, kw_only=True)
class TrafficWeight:
    """A share of an app's traffic, in percent: for the latest ready revision, or for one by name."""

    weight: int
    latest_revision: bool = False
    revision_name: str | None = None
    label: str | None = None


@dataclass(frozen=True, kw_only=True)
class CustomDomain:
    """A host name of the program's own; `certificate_id` is that of `Platform.put_certificate`."""

    name: str
    binding_type: BindingType = "SniEnabled"
    certificate_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class IpRule:
    """An address rule of an ingress; all of one app have the same action."""

    name: str
    action: Literal["Allow", "Deny"]
    ip_address_range: str


@dataclass(frozen=True, kw_only=True)
class Ingress:
    """How an app is reached."""

    target_port: int
    external: bool = True
    allow_insecure: bool = False
    http2: bool = False
    sticky_sessions: bool = False
    traffic: tuple[TrafficWeight, ...] = (TrafficWeight(weight=100, latest_revision=True),)
    custom_domains: tuple[CustomDomain, ...] = ()
    ip_rules: tuple[IpRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scale:
    """
    How many replicas.

    Nothing wakes an app up on this machine, so at least one replica runs where Azure would scale to none.
    """

    min_replicas: int = 0
    max_replicas: int = 10
    concurrent_requests: int = 10
    cooldown_s: float = 300


@dataclass(frozen=True, kw_only=True)
class Template:
    """What a revision is made of: a change makes a new one."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    scale: Scale = Scale()
    termination_grace_s: float = 30
    revision_suffix: str | None = None

    @property
    def digest(self) -> str:
        """The same for the same template."""
        return hashlib.sha256(_TEMPLATE.dump_json(self)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class AppSpec:
    """
    An app.

    Attributes:
        revision: the suffix of a revision whose template names none; by default one is made up from the template.
        identities: of which its containers can get tokens (resource ids, `system` for its own): not those with the lifecycle None.
        max_inactive_revisions: how many old revisions are remembered.
    """

    name: str
    environment: str
    template: Template
    ingress: Ingress | None = None
    secrets: tuple[Secret, ...] = ()
    identities: tuple[str, ...] = ()
    revisions_mode: RevisionsMode = "Single"
    revision: str | None = None
    max_inactive_revisions: int = 100


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """
    A job: containers that run to their end.

    Attributes:
        timeout_s: how long one replica may take, all its retries together.
        retry_limit: how often a failed replica is tried again.
        parallelism: how many replicas run at once.
        completions: how many must succeed.
    """

    name: str
    environment: str
    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    secrets: tuple[Secret, ...] = ()
    identities: tuple[str, ...] = ()
    timeout_s: float = 1800
    retry_limit: int = 0
    parallelism: int = 1
    completions: int = 1


@dataclass(frozen=True, kw_only=True)
class EnvironmentSpec:
    """An environment; apps are reached at APP.default_domain."""

    name: str
    default_domain: str


@dataclass(frozen=True, kw_only=True)
class Override:
    """
    What a developer runs in the place of an app's first container.

    Attributes:
        tools: variables of the developer's shell with which the command is found and built, PATH and HOME.
    """

    command: tuple[str, ...]
    cwd: str | None = None
    tools: tuple[tuple[str, str], ...] = ()


_TEMPLATE = TypeAdapter(Template)
