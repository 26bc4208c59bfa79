"""One engine's connection to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from local_cloud.language_host import engine_process
from local_cloud.server.engine_log import EngineLog
from local_cloud.server.plan.sessions import EngineRun


@dataclass
class Session:
    """
    A connection: how to write to the engine's log, and the provider's configuration.

    Attributes:
        peer: the engine, as gRPC names it.
        port: the provider's own.
        log: the engine's log; None before the engine has said where it is.
        config: the provider's configuration.
        remarks: what the engine's log was told already.
        unread: URNs of resources that exist in the cloud and that a preview cannot read.
        planned_before: by URN, the old inputs of a resource whose state is a plan, unknown values among them.
    """

    peer: str
    port: int
    log: EngineLog | None = None
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    remarks: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    unread: set[str] = field(default_factory=set[str])
    planned_before: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @cached_property
    def own_run(self) -> EngineRun:
        """
        The run of an engine whose program our language host does not run, or not as a preview.

        An engine tells its project's directory to providers that it starts, not to those it attaches to: the system knows it.
        """
        engine = engine_process.behind(self.peer, self.port)
        return EngineRun(engine.project_root, engine.environment)

    def say_imported(self, urn: str, identity: str) -> None:
        """Says beside a resource that the program imports what a preview cannot tell of it."""
        self.say(
            f"imports {identity}: only the cloud knows what that is like, so this preview compared nothing with it; the deployment fails "
            "where the program's inputs differ from it. Preview with the official provider before you deploy",
            urn,
            warning=True,
        )

    def say(self, message: str, urn: str = "", *, warning: bool = False) -> None:
        """Shows a message or warning beside a resource, once."""
        engine = self.log
        if engine is not None and (urn, message) not in self.remarks:
            self.remarks.add((urn, message))
            (engine.warning if warning else engine.info)(urn, message)
