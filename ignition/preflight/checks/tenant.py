"""The subscription, and the tenant that it is in."""

from collections.abc import Iterator

from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    found = clouds.azure(f"/subscriptions/{plan.subscription}", "2022-12-01")
    if found.status != 200:
        yield failed(
            f"there is no subscription {plan.subscription} for you", "correct `ignition:azure.subscription_id`"
        )
        return
    tenant, state = str(found.body.get("tenantId")), str(found.body.get("state"))
    if tenant.lower() != plan.tenant.lower():
        yield failed(
            f"the subscription is in tenant {tenant}, not in {plan.tenant}", "correct `ignition:azure.tenant_id`"
        )
    elif state != "Enabled":
        yield failed(f"the subscription is {state}", "enable it in the Azure portal")
    else:
        yield passed(f"{found.body.get('displayName')}, in the tenant of the configuration")


CHECK = Check("tenant", "GET /subscriptions/ID", "Reader on the subscription", _run)
