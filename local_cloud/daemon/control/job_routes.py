"""
Starting jobs, and how their executions end.

Azure has a job started by hand (`az containerapp job start`), by a schedule or by an event; here somebody asks for it each time.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.runtime.errors import BackendError
from local_cloud.services.container_apps.backend import Execution, Job

_WAIT_S: Final = 10.0
"""How long an answer about a running execution is held back, so that who waits for its end need not ask often."""


def job_routes(cloud: LocalCloud) -> list[BaseRoute]:
    """`POST /api/jobs/JOB/executions` starts one, `GET /api/jobs/JOB/executions/NAME` waits a while for its end."""
    jobs = _Jobs(cloud)
    return [
        Route("/api/jobs/{job}/executions", jobs.start, methods=["POST"]),
        Route("/api/jobs/{job}/executions/{execution}", jobs.ended),
    ]


class _Jobs:
    def __init__(self, cloud: LocalCloud) -> None:
        self._platform = cloud.parts.platform

    async def start(self, request: Request) -> Response:
        try:
            job = self._job(request)
            name = await run_in_threadpool(job.start)
            return JSONResponse(_shown(job.execution(name)), 201)
        except BackendError as error:
            return PlainTextResponse(str(error), 409)

    async def ended(self, request: Request) -> Response:
        try:
            job = self._job(request)
            execution = await run_in_threadpool(job.wait, request.path_params["execution"], _WAIT_S)
        except BackendError as error:
            return PlainTextResponse(str(error), 404)
        return JSONResponse(_shown(execution))

    def _job(self, request: Request) -> Job:
        name = request.path_params["job"]
        known = self._platform.jobs()
        if name not in known:
            raise BackendError(f"there is no job '{name}'; jobs here: {', '.join(known) or 'none'}")
        return self._platform.job(name)


def _shown(execution: Execution) -> dict[str, Any]:
    return {
        "name": execution.name,
        "state": execution.state,
        "reason": execution.reason,
        "exit_codes": execution.exit_codes,
    }
