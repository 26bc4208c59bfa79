"""Whether the token at Cloudflare is active, and until when."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ignition.preflight.clouds import Clouds, Unanswered, result
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed, warning

_SOON = dt.timedelta(days=60)


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    found: Any
    try:
        found = result(clouds.cloudflare("/user/tokens/verify"))
    except Unanswered:
        found = result(clouds.cloudflare(f"/accounts/{plan.account}/tokens/verify"))
    if found is None:
        raise Unanswered("Cloudflare does not know the token's kind", "verify it in the dashboard")
    status: Any = found["status"]
    end: Any = found.get("expires_on")
    if status != "active":
        yield failed(f"the token is {status}", "make another one")
    elif end and dt.datetime.fromisoformat(end) - dt.datetime.now(dt.UTC) < _SOON:
        yield warning(f"the token ends at {end}", "make another one before that")
    else:
        yield passed("active" + (f" until {end}" if end else ", without an end"))


CHECK = Check("Cloudflare token", "GET /user/tokens/verify, or /accounts/ID/tokens/verify", "a valid token", _run)
