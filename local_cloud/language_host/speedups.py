"""
Four changes to the Pulumi SDK in a forked child, which take most of a large program's time away.

They leave what the engine is told as it is. Written for one version of the SDK: with any other, nothing is changed but the garbage
collector's pace.
"""

from __future__ import annotations

import asyncio
import gc
import pathlib
import sys
from collections.abc import Callable
from functools import lru_cache
from types import FrameType
from typing import Any

SDK_VERSION = "3.272.0"

_COLLECT_EVERY = 200_000
"""Allocations between collections; the default of 700 walks the program's whole graph of outputs over and over."""


def apply(*, debug: bool) -> bool:
    """
    Changes the SDK in this process.

    Args:
        debug: whether the engine shows debug messages; then the SDK's own are sent.

    Returns:
        Whether the SDK is the version this was written for, and was changed.
    """
    import pulumi  # noqa: PLC0415  the child has it already; others that read this module need not
    from pulumi._version import version  # noqa: PLC0415
    from pulumi.runtime import resource, stack  # noqa: PLC0415

    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, 50, 1000)
    if str(version) != SDK_VERSION:
        return False
    stack.wait_for_rpcs = _wait_for_rpcs
    resource._get_stack_trace = _stack_trace  # noqa: SLF001  there is no public way
    if not debug:
        pulumi.log.debug = _without_own_messages(pulumi.log.debug)
    return True


def _without_own_messages(debug: Callable[..., None]) -> Callable[..., None]:
    """The SDK sends four debug messages a resource, each a blocking call, and the engine drops them; a program's own are sent."""

    def from_the_program_only(*args: Any, **kwargs: Any) -> None:
        caller = str(sys._getframe(1).f_globals.get("__name__"))  # noqa: SLF001  as logging does
        if not caller.startswith("pulumi."):
            debug(*args, **kwargs)

    return from_the_program_only


async def _wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:  # noqa: FBT001, FBT002  the SDK's signature
    """
    The SDK's own `wait_for_rpcs`, in linear time.

    The SDK hands every pending output to `asyncio.wait` again for each one that completes. Here each gets one callback, once.
    """
    from pulumi import log  # noqa: PLC0415
    from pulumi.runtime.settings import SETTINGS, _get_rpc_manager  # noqa: PLC0415

    log.debug("Waiting for outstanding RPCs to complete")
    manager = _get_rpc_manager()
    while True:
        while manager.rpcs:
            await asyncio.sleep(0)
            try:
                await manager.rpcs.pop()
            except Exception as error:
                if manager.unhandled_exception is not None:
                    cause = manager.unhandled_exception.with_traceback(manager.exception_traceback)
                    raise error from cause
                raise
        if manager.unhandled_exception is not None:
            raise manager.unhandled_exception.with_traceback(manager.exception_traceback)
        log.debug("RPCs successfully completed")
        if await_all_outstanding_tasks:
            await _wait_for_outputs(SETTINGS)
            log.debug("All outstanding outputs completed.")
        if not manager.rpcs:
            return


async def _wait_for_outputs(settings: Any) -> None:
    pending: set[asyncio.Task[Any]] = set()
    finished: list[asyncio.Task[Any]] = []
    something_finished = asyncio.Event()

    def on_done(task: asyncio.Task[Any]) -> None:
        finished.append(task)
        something_finished.set()

    try:
        while True:
            with settings.lock:
                added = settings.outputs - pending
                settings.outputs.clear()
            pending |= added
            for task in added:
                task.add_done_callback(on_done)
            if not pending:
                return
            await something_finished.wait()
            something_finished.clear()
            done, finished[:] = list(finished), []
            pending.difference_update(done)
            for task in done:
                await task  # raises what the task raised
    finally:
        for task in pending:
            task.remove_done_callback(on_done)


def _stack_trace() -> Any:
    """The SDK's own `_get_stack_trace` from the bare frames: it reads and checks every source file on the stack for each resource."""
    from pulumi.runtime.proto import source_pb2  # noqa: PLC0415

    frame: FrameType | None = sys._getframe(0)  # noqa: SLF001
    constructors = 0
    while frame is not None:
        if frame.f_code.co_name == "__init__":
            constructors += 1
            if constructors == 3:
                break
        frame = frame.f_back
    trace = source_pb2.StackTrace()
    if frame is None:
        return trace
    frame = frame.f_back
    while frame is not None:
        trace.frames.append(_stack_frame(frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back
    return trace


@lru_cache(maxsize=4096)
def _stack_frame(filename: str, line: int | None) -> Any:
    from pulumi.runtime.proto import source_pb2  # noqa: PLC0415

    try:
        position = source_pb2.SourcePosition(uri=pathlib.Path(filename).as_uri(), line=line)
    except ValueError:  # not the name of a file
        return source_pb2.StackFrame()
    return source_pb2.StackFrame(pc=position) if filename and line is not None else source_pb2.StackFrame()
