"""Budgets: who is notified at which share of the amount."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.packages.azure_native.shared import EXAMPLE_GROUP
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Length, Pattern, Valid
from local_cloud.services.identity.types.authorization_role_assignment import SCOPE
from local_cloud.services.monitoring.rules.watched_in_plan import BUDGETS_IN_PLAN

_BUDGETS: Final = "https://learn.microsoft.com/rest/api/consumption/budgets/create-or-update"
_NOTIFICATION: Final = {
    "enabled": True,
    "operator": "GreaterThan",
    "threshold": 80,
    "contactEmails": ["operations@ecent.online"],
    "thresholdType": "Actual",
}


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def _begins_a_month(text: str) -> bool:
    found = _moment(text)
    return found is not None and (found.day, found.hour, found.minute) == (1, 0, 0)


def _ends_after_it_begins(inputs: Inputs) -> bool:
    period = inputs["timePeriod"]
    start, end = _moment(period["startDate"]), _moment(period.get("endDate") or "9999-01-01")
    return start is None or end is None or start < end


def _tell_someone(notifications: Mapping[str, Mapping[str, Any]]) -> bool:
    told = ("contactEmails", "contactGroups", "contactRoles")
    return all(any(each.get(kind) for kind in told) for each in notifications.values())


class Budget(AzureType):
    """A budget of a subscription, a resource group or a management group."""

    token = "azure-native:consumption:Budget"
    path = "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}"
    immutable = ("timePeriod.startDate",)
    unseen: ClassVar = {
        "scope": "the subscription's offer has no budgets",
    }
    rules = (
        SCOPE,
        Pattern(
            path="budgetName",
            regex=r"[a-zA-Z0-9_-]{1,63}",
            says="a budget's name has 1 to 63 letters, digits, hyphens and underscores",
            source="https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets",
            passes="ignition-dev",
            fails="ignition dev",
        ),
        Valid(
            path="amount",
            test=lambda amount: amount > 0,
            says="a budget is above 0",
            source=_BUDGETS,
            passes=60,
            fails=0,
        ),
        Valid(
            path="timePeriod.startDate",
            test=_begins_a_month,
            says="a budget begins on the first day of a month: 2026-12-01T00:00:00Z",
            source=_BUDGETS,
            passes="2026-12-01T00:00:00Z",
            fails="2026-12-15T00:00:00Z",
        ),
        Combination(
            path="timePeriod.endDate",
            test=_ends_after_it_begins,
            says="a budget ends after it begins",
            source=_BUDGETS,
            passes={"timePeriod": {"startDate": "2026-12-01", "endDate": "2036-12-01"}},
            fails={"timePeriod": {"startDate": "2026-12-01", "endDate": "2026-11-01"}},
        ),
        Length(
            path="notifications",
            most=5,
            says="a budget has at most five notifications",
            source=_BUDGETS,
            passes={"spent": _NOTIFICATION},
            fails={f"at-{threshold}": _NOTIFICATION for threshold in range(50, 110, 10)},
        ),
        Valid(
            path="notifications",
            test=lambda notifications: all(0 < each["threshold"] <= 1000 for each in notifications.values()),
            says="thresholds are percentages above 0 and up to 1000",
            source=_BUDGETS,
            passes={"spent": {**_NOTIFICATION, "threshold": 100}},
            fails={"spent": {**_NOTIFICATION, "threshold": 1001}},
        ),
        Valid(
            path="notifications",
            test=_tell_someone,
            says="a notification needs contactEmails, contactGroups or contactRoles",
            source=_BUDGETS,
            passes={"spent": {**_NOTIFICATION, "contactEmails": [], "contactRoles": ["Owner"]}},
            fails={"spent": {**_NOTIFICATION, "contactEmails": []}},
        ),
    )
    plan_rules = BUDGETS_IN_PLAN
    example: ClassVar = {
        "scope": EXAMPLE_GROUP,
        "budgetName": "ignition-dev",
        "category": "Cost",
        "amount": 60,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-12-01T00:00:00Z"},
        "notifications": {"spent": _NOTIFICATION},
    }
