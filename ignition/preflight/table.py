"""Every check, and how they run: side by side, each with its own end."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ignition.preflight.checks import (
    buckets,
    certificates,
    database_size,
    global_names,
    permissions,
    placeholders,
    policies,
    providers,
    quotas,
    records,
    rulesets,
    tenant,
    token,
    zone,
)
from ignition.preflight.clouds import Clouds, Unanswered, WrongTenant
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Result, Said, failed

CHECKS: Final[Sequence[Check]] = (
    placeholders.CHECK,
    tenant.CHECK,
    permissions.CHECK,
    providers.CHECK,
    policies.CHECK,
    global_names.CHECK,
    database_size.CHECK,
    quotas.CHECK,
    token.CHECK,
    zone.CHECK,
    records.CHECK,
    rulesets.CHECK,
    certificates.CHECK,
    buckets.CHECK,
)


def preflight(plan: Plan, clouds: Clouds) -> Sequence[Result]:
    """Runs every check; the results are in the table's order."""
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        started = [pool.submit(_said, check, plan, clouds) for check in CHECKS]
    return [
        Result(check.name, check.asks, check.needs, each.state, each.detail, each.next_step)
        for check, results in zip(CHECKS, started, strict=True)
        for each in results.result()
    ]


def _said(check: Check, plan: Plan, clouds: Clouds) -> Sequence[Said]:
    try:
        return list(check.run(plan, clouds))
    except Unanswered as error:
        return [Said("not asked", str(error), f"{error.next_step} (it takes: {check.needs})")]
    except WrongTenant:
        return [failed("your sign-in is of another tenant than the subscription", f"`az login --tenant {plan.tenant}`")]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        detail = f"the answer has another shape than documented ({type(error).__name__})"
        return [Said("not asked", detail, f"ask by hand: {check.asks}")]
