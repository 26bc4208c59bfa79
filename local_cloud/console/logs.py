"""
What apps wrote, and go on writing: as lines for the command line, as server-sent events for the console.

A process writes to its file itself, so this only reads files; which ones there are changes with every replica that comes and goes.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from local_cloud.console.masking import KnownSecrets
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.runtime.processes.terminal_text import printable

_POLL_S: Final = 0.2
_ALIVE_S: Final = 15.0
_LINES: Final = 200
_MOST_LINES: Final = 10_000
_LINE_BYTES: Final = 400
"""A generous average."""
_MOST_BYTES: Final = 1_000_000
"""Of one file at a time: the rest comes with the next look."""


def log_routes(cloud: LocalCloud, secrets: KnownSecrets, ending: threading.Event) -> list[BaseRoute]:
    """
    `GET /api/logs/APP?follow=1&lines=200` as text, `GET /api/logs/APP/events` as server-sent events.

    Of a job, the last execution's, or those of the one that is named by `execution=`. Both without what a terminal would obey: the
    text may end on one through a pipe as well.
    """
    logs = _Logs(cloud, secrets, ending)
    return [Route("/api/logs/{app}", logs.text), Route("/api/logs/{app}/events", logs.events)]


@dataclass
class Tail:
    """
    The log files of one app, followed.

    Args:
        files: tells the files there are now, by what their lines are headed with.
    """

    files: Callable[[], dict[str, Path]]
    _offsets: dict[Path, int] = field(default_factory=dict[Path, int])
    _last: str | None = None

    def begin(self, count: int) -> list[str]:
        """The last lines of each file; `more` goes on behind them."""
        lines: list[str] = []
        for source, file in self.files().items():
            size, content = 0, b""
            try:
                size = file.stat().st_size
                with file.open("rb") as stream:
                    stream.seek(max(0, size - _LINE_BYTES * count))
                    content = stream.read(min(size, _LINE_BYTES * count))
            except FileNotFoundError:
                pass  # its process has not written yet
            ended = content.rfind(b"\n") + 1
            self._offsets[file] = max(0, size - len(content)) + ended if content else 0
            lines += self._headed(source, _lines(content[:ended])[-count:])
        return lines

    def more(self) -> list[str]:
        """What was written since; a line that is not ended yet is left for later, an emptied file is read from its start."""
        lines: list[str] = []
        current = self.files()
        self._offsets = {file: offset for file, offset in self._offsets.items() if file in current.values()}
        for source, file in current.items():
            lines += self._headed(source, self._new(file))
        return lines

    def _new(self, file: Path) -> list[str]:
        offset = self._offsets.get(file, 0)
        try:
            size = file.stat().st_size
            if size < offset:
                offset = 0
            if size == offset:
                self._offsets[file] = offset
                return []
            with file.open("rb") as stream:
                stream.seek(offset)
                content = stream.read(_MOST_BYTES)
        except FileNotFoundError:
            return []
        ended = content.rfind(b"\n") + 1
        if not ended and len(content) == _MOST_BYTES:
            ended = len(content)
        self._offsets[file] = offset + ended
        return _lines(content[:ended])

    def _headed(self, source: str, lines: list[str]) -> list[str]:
        """The lines, behind a heading where another file's went before, as `tail -f` does it."""
        if not lines:
            return []
        heading = [] if source == self._last else [f"==> {source} <=="]
        self._last = source
        return [*heading, *lines]


class _Logs:
    def __init__(self, cloud: LocalCloud, secrets: KnownSecrets, ending: threading.Event) -> None:
        self._cloud = cloud
        self._secrets = secrets
        self._ending = ending

    async def text(self, request: Request) -> Response:
        tail, refused = self._tail(request)
        if tail is None:
            return refused
        count, follow = _count(request), request.query_params.get("follow") == "1"
        if not follow:
            lines = await run_in_threadpool(self._safe, lambda: tail.begin(count))
            return PlainTextResponse("".join(f"{each}\n" for each in lines))

        async def written() -> AsyncIterator[str]:
            async for lines in self._followed(tail, count):
                if lines:
                    yield "".join(f"{each}\n" for each in lines)

        return StreamingResponse(written(), media_type="text/plain")

    async def events(self, request: Request) -> Response:
        tail, refused = self._tail(request)
        if tail is None:
            return refused

        async def written() -> AsyncIterator[str]:
            silent_s = 0.0
            yield "event: begin\ndata: []\n\n"
            async for lines in self._followed(tail, _count(request)):
                silent_s = 0 if lines else silent_s + _POLL_S
                if lines:
                    yield f"data: {json.dumps(lines)}\n\n"
                elif silent_s >= _ALIVE_S:  # so that the server notices a reader that is gone
                    silent_s = 0
                    yield ": nothing new\n\n"

        return StreamingResponse(written(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    def _tail(self, request: Request) -> tuple[Tail | None, Response]:
        app = request.path_params["app"]
        name = self._cloud.apps.get(app)
        if name is not None:
            return Tail(lambda: log_files_of(self._cloud, name)), Response()
        jobs = self._cloud.parts.platform.jobs()
        if app in jobs:
            execution = request.query_params.get("execution")
            kept = [each.name for each in self._cloud.parts.platform.job(app).record.executions]
            if execution is None or execution in kept:
                return Tail(lambda: log_files_of_job(self._cloud, app, execution)), Response()
            says = f"job {app} has no execution '{execution}'; kept are: {', '.join(kept) or 'none'}"
            return None, PlainTextResponse(says, 404)
        known = ", ".join((*self._cloud.apps, *jobs)) or "none"
        return None, PlainTextResponse(f"there is no app '{app}'; apps here: {known}", 404)

    async def _followed(self, tail: Tail, count: int) -> AsyncIterator[list[str]]:
        yield await run_in_threadpool(self._safe, lambda: tail.begin(count))
        while not self._ending.is_set():
            await asyncio.sleep(_POLL_S)
            yield await run_in_threadpool(self._safe, tail.more)

    def _safe(self, read: Callable[[], list[str]]) -> list[str]:
        lines = [printable(each) for each in read()]
        return self._secrets.struck_out("\n".join(lines)).split("\n") if lines else []


def _lines(content: bytes) -> list[str]:
    """Its lines; only a line feed ends one, so that a carriage return in what an app logs makes no line of its own."""
    text = content.decode(errors="replace")
    return text.removesuffix("\n").split("\n") if text else []


def log_files_of(cloud: LocalCloud, name: str) -> dict[str, Path]:
    """The log files of an app's replicas, by REPLICA/CONTAINER."""
    found = next((each for each in cloud.parts.platform.apps() if each.name == name), None)
    return {
        f"{replica.name}/{container}": file
        for replica in (found.replicas if found is not None else ())
        for container, file in replica.log_files.items()
    }


def log_files_of_job(cloud: LocalCloud, name: str, execution: str | None = None) -> dict[str, Path]:
    """The log files of one execution of a job, by REPLICA/CONTAINER, by default of the last; none where job or execution is gone."""
    platform = cloud.parts.platform
    executions = platform.job(name).record.executions if name in platform.jobs() else ()
    found = [each for each in executions if execution in {None, each.name}]
    return found[-1].log_files if found else {}


def _count(request: Request) -> int:
    wanted = request.query_params.get("lines", "")
    return min(int(wanted), _MOST_LINES) if wanted.isdigit() and int(wanted) else _LINES
