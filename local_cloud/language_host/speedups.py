"""
Five changes to the Pulumi SDK inside a program's process, which take most of a large preview's time away.

Each is safe for a process that lives as long as one run. They are written for one SDK version and not applied on any other; the
integration tests run every corpus program with and without them and compare the engine's events.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.metadata
import sys
import traceback
from collections.abc import Iterable
from types import ModuleType
from typing import Any, Final

WRITTEN_FOR: Final = "3.272.0"

_Task = asyncio.Task[Any]


def apply(*, debug: bool) -> bool:
    """
    Applies them where the SDK's version allows; returns whether it did.

    Args:
        debug: the engine shows debug messages, so the SDK's own must be sent.
    """
    if importlib.metadata.version("pulumi") != WRITTEN_FOR:
        return False
    _collect_no_garbage()
    _wait_in_bulk()
    _remember_source_positions()
    _leave_plain_aliases_to_engine()
    if not debug:
        _send_no_debug_messages()
    return True


def _collect_no_garbage() -> None:
    gc.freeze()
    gc.disable()


def _wait_in_bulk() -> None:
    """
    `wait_for_rpcs` hands all pending outputs to `asyncio.wait` again for each one that completes: quadratic.

    Here each output gets one callback, once. As with the SDK, outputs that come meanwhile are waited for too, and the first that
    fails ends the wait, however many never complete.
    """
    from pulumi.runtime import stack  # noqa: PLC0415  only where the version fits

    changed: Any = stack
    settings = changed.SETTINGS

    async def wait(outputs: Iterable[_Task], **_: Any) -> tuple[set[_Task], set[_Task]]:
        pending: set[_Task] = set()
        finished: list[_Task] = []
        something_finished = asyncio.Event()

        def on_done(output: _Task) -> None:
            finished.append(output)
            something_finished.set()

        def wait_for(outputs: Iterable[_Task]) -> None:
            for output in outputs:
                if output not in pending:
                    pending.add(output)
                    output.add_done_callback(on_done)

        wait_for(outputs)
        try:
            while pending:
                await something_finished.wait()
                something_finished.clear()
                done, finished[:] = set(finished), []
                pending -= done
                if any(output.cancelled() or output.exception() is not None for output in done):
                    return done, pending  # the SDK raises what the failed one raised
                with settings.lock:
                    wait_for(settings.outputs)
                    settings.outputs.clear()
            return set(), set()
        finally:
            for output in pending:
                output.remove_done_callback(on_done)

    changed.asyncio = _shadow(asyncio, wait=wait)


def _remember_source_positions() -> None:
    """Every resource tells where in the program it was made; the same lines come again and again."""
    from pulumi.runtime import resource  # noqa: PLC0415  only where the version fits

    changed: Any = resource
    original = changed._get_source_position_for_frame  # noqa: SLF001
    known: dict[tuple[str, int | None], Any] = {}

    def position(frame: traceback.FrameSummary) -> Any:
        key = (frame.filename, frame.lineno)
        if key not in known:
            known[key] = original(frame)
        return known[key]

    def extract_stack() -> traceback.StackSummary:
        caller = sys._getframe(1)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        found = traceback.StackSummary.extract(traceback.walk_stack(caller), lookup_lines=False)
        found.reverse()
        return found

    changed._get_source_position_for_frame = position  # noqa: SLF001
    changed.traceback = _shadow(traceback, extract_stack=extract_stack)


def _leave_plain_aliases_to_engine() -> None:
    """
    A generated SDK gives every resource up to ten aliases that are a former type and nothing else.

    The SDK makes a dozen outputs of each: some to send it as it stands, the others for a URN that it reads only where the engine
    takes no alias but a URN. Here such an alias is sent at once, and its URN is made for such an engine only.
    """
    from pulumi import resource as resources  # noqa: PLC0415  only where the version fits
    from pulumi.runtime import resource, settings  # noqa: PLC0415
    from pulumi.runtime.proto import alias_pb2, resource_pb2  # noqa: PLC0415

    made: Any = resources
    registered: Any = resource
    collapse, prepare = made.collapse_alias_to_urn, registered.prepare_aliases
    takes_aliases: Any = settings
    as_specified = resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS

    def collapse_alias_to_urn(alias: Any, *default: Any) -> Any:
        if _is_former_type(alias) and takes_aliases.monitor_supports_feature(as_specified):
            return None  # what nobody reads
        return collapse(alias, *default)

    async def prepare_aliases(made_resource: Any, options: Any, engine_takes_aliases: bool) -> list[Any]:
        aliases = options.aliases if options is not None else None
        if aliases and engine_takes_aliases and all(map(_is_former_type, aliases)):
            return [alias_pb2.Alias(spec=alias_pb2.Alias.Spec(type=alias.type_, parentUrn="")) for alias in aliases]
        return await prepare(made_resource, options, engine_takes_aliases)

    made.collapse_alias_to_urn = collapse_alias_to_urn
    registered.prepare_aliases = prepare_aliases


def _is_former_type(alias: Any) -> bool:
    given = getattr(alias, "__dict__", {})
    return isinstance(given.get("type_"), str) and all(
        given.get(name) is ... for name in ("name", "parent", "stack", "project")
    )


def _send_no_debug_messages() -> None:
    """Four blocking calls a resource, which the command line shows with `--debug` only. A program's own messages are sent."""
    import pulumi  # noqa: PLC0415  only where the version fits

    def nothing(*_arguments: object, **_keywords: object) -> None: ...

    silent = _shadow(pulumi.log, debug=nothing)
    for name, module in list(sys.modules.items()):
        if name.startswith("pulumi.") and getattr(module, "log", None) is pulumi.log:
            module.log = silent  # type: ignore[attr-defined]  checked the line above


def _shadow(module: ModuleType, **changed: Any) -> ModuleType:
    """A module that is another one but for some of its names."""
    shadow = ModuleType(module.__name__)
    shadow.__dict__.update(module.__dict__)
    shadow.__dict__.update(changed)
    return shadow
