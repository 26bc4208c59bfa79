"""
The sections of the configuration that are about what runs: registry, environment, and the apps.

A default is the safe production value, as in `azure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from infra.config.sections.keys import IMAGE, PATH, Key, between, matching, one_of
from infra.config.sections.section import Section
from infra.names import RULES


class ContainerPlatformSection(Section):
    """The registry and the environment that the apps run in."""

    zone_redundant: Annotated[bool, Key("Whether replicas spread over zones; it cannot change later.")] = True
    registry_tier: Annotated[Literal["Basic", "Standard", "Premium"], Key("Zones and clean-up need Premium.")] = (
        "Premium"
    )
    untagged_days: Annotated[
        int | None,
        Key(
            "When untagged images are deleted; Premium only. Left out, they stay: apps pin digests, and a tag that moves "
            "leaves the pinned image untagged.",
            between(1, 365, unit="days"),
        ),
    ] = None


class TrafficSection(Section):
    """
    Two revisions side by side, for as long as this stands here; left out, the latest one runs alone. See `docs/guides/blue-green.md`.

    Only for an app that runs already: what it names has to be there.
    """

    latest: Annotated[
        int,
        Key(
            "The share of the requests that the latest revision gets; the former one gets the rest.",
            between(0, 100, unit="percent"),
        ),
    ]
    former: Annotated[
        str,
        Key(
            "The revision that ran before and keeps running. The output `apps` names the revision that runs now.",
            matching(
                RULES["revision suffix"].pattern,
                "what follows `--` in a revision's name: `r` and ten hexadecimal digits",
                passes="r0123456789",
                fails="ignition-prod-api--r0123456789",
            ),
        ),
    ]


class ServiceSection(Section):
    """One app."""

    image: Annotated[str, Key("The image. Until the first one is pushed, a public one.", IMAGE)]
    port: Annotated[int, Key("The port that the container listens on.", between(1, 65_535))] = 8080
    cpu: Annotated[
        float, Key("CPUs of a replica; 2 GiB of memory come with each.", one_of([n / 4 for n in range(1, 17)]))
    ] = 0.5
    min_replicas: Annotated[
        int, Key("The minimum number of replicas; 0 stops the app while there are no requests.", between(0, 300))
    ] = 2
    max_replicas: Annotated[int, Key("The maximum number of replicas.", between(1, 300))] = 6
    concurrent_requests: Annotated[
        int, Key("Concurrent requests to a replica before another one starts.", between(1, 10_000))
    ] = 50
    startup_path: Annotated[str, Key("The path of the startup probe.", PATH)] = "/health"
    liveness_path: Annotated[
        str, Key("The path of the liveness probe; a replica that fails it is restarted.", PATH)
    ] = "/health"
    readiness_path: Annotated[
        str, Key("The path of the readiness probe; a replica that fails it gets no requests.", PATH)
    ] = "/health"
    startup_s: Annotated[int, Key("How long a replica may take to start.", between(10, 600, unit="seconds"))] = 60
    grace_period_s: Annotated[int, Key("How long a replica may take to stop.", between(0, 600, unit="seconds"))] = 30
    rollout: Annotated[int, Key("Raise it to create a new revision without another change.", between(1, 1_000_000))] = 1
    traffic: Annotated[TrafficSection | None, Key("The split of requests between two revisions.")] = None
    log: Annotated[str, Key("The log filter of the api; the minimum log level of the admin console.")] = "info"


class ServicesSection(Section):
    """The apps."""

    api: Annotated[ServiceSection, Key("The backend.")]
    admin: Annotated[ServiceSection, Key("The admin console.")]

    @property
    def apps(self) -> Mapping[str, ServiceSection]:
        """The apps by name."""
        return {"api": self.api, "admin": self.admin}
