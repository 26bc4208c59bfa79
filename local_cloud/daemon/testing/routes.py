"""What `ignition test` asks for: templates and runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from local_cloud import system_errors
from local_cloud.daemon.testing.runs import Runs
from local_cloud.runtime.errors import BackendError


def test_run_routes(runs: Runs) -> list[BaseRoute]:
    """
    The routes, all by POST.

    `/api/test-templates` finds a template or begins one, `/api/test-templates/RUN` keeps it; `/api/test-runs` begins a run,
    `/api/test-runs/RUN/end` ends it.
    """

    def build(body: Mapping[str, Any]) -> Any:
        return runs.build(body["pid"], body["app"], body["key"])

    def keep(body: Mapping[str, Any]) -> Any:
        return {"template": runs.keep(body["run"], body["app"], body["key"])}

    def begin(body: Mapping[str, Any]) -> Any:
        name, workers = runs.begin(body["pid"], body["app"], body["workers"], body["template"])
        return {"run": name, "workers": workers}

    def end(body: Mapping[str, Any]) -> Any:
        runs.end(body["run"])
        return {}

    return [
        _posted("/api/test-templates", build),
        _posted("/api/test-templates/{run}", keep),
        _posted("/api/test-runs", begin),
        _posted("/api/test-runs/{run}/end", end),
    ]


def _posted(path: str, work: Callable[[Mapping[str, Any]], Any]) -> Route:
    async def answer(request: Request) -> Response:
        body = {**(await request.json()), **request.path_params}
        try:
            return JSONResponse(await run_in_threadpool(work, body), headers={"Cache-Control": "no-store"})
        except (BackendError, psycopg.Error) as error:
            return PlainTextResponse(str(error).strip(), 409)
        except OSError as error:
            return PlainTextResponse(system_errors.explained(error), 409)

    return Route(path, answer, methods=["POST"])
