"""Rules over the plan on locks: what they hold still."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, group, secret, vault
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import AtMost, ById

_LOCKS: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources"
_MOST_LOCKS: Final = 20


def _held_still(plan: Plan, lock: Planned) -> Iterable[Planned]:
    """Everything that is made or changed below a lock's scope, where the lock allows no change."""
    scope = plan.target(lock, "scope")
    above = plan.identity(scope) if isinstance(scope, Planned) else None
    if plan.known(lock, "level") != "readonly" or not isinstance(above, str):
        return []
    return [
        each
        for each in plan.resources
        if each.token.startswith("azure-native:")
        and each.token != tokens.LOCK
        and str(plan.identity(each)).startswith(f"{above}/")
    ]


def _lock(name: str = "keep", scope: str = "vault", level: str = "ReadOnly", **inputs: Any) -> Sketched:
    return tokens.LOCK, {"scope": Ref(scope), "lockName": name, "level": level, **inputs}


LOCKS_IN_PLAN: Final = (
    After(
        id="resource_groups.locked-before-it-is-filled",
        of=tokens.LOCK,
        path="scope",
        needs=_held_still,
        says="a ReadOnly lock refuses everything that is made below its scope (ScopeLocked), so it comes last",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}', or take the level CanNotDelete",
        source=f"{_LOCKS}#considerations-before-applying-your-locks",
        passes=Sketch(vault=vault(), secret=secret(), lock=_lock(depends_on=["secret"])),
        fails=Sketch(vault=vault(), secret=secret(), lock=_lock()),
    ),
    AtMost(
        id="resource_groups.too-many-locks",
        of=tokens.LOCK,
        path="scope",
        scope=lambda plan, each: plan.key(each, "scope"),
        limit=lambda _plan, _each: _MOST_LOCKS,
        says=f"a scope has at most {_MOST_LOCKS} locks",
        remedy="Leave '{this}' out; '{other}' is the first lock of the scope",
        source="https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
        passes=Sketch(group=group(GROUP), one=_lock("one", "group"), two=_lock("two", "group")),
        fails=Sketch(
            group=group(GROUP),
            **{f"lock{number}": _lock(f"l{number}", "group", "CanNotDelete") for number in range(21)},
        ),
    ),
    ById(
        id="resource_groups.lock-on-another-output",
        of=tokens.LOCK,
        path="scope",
        says="a scope is a whole ARM id",
        remedy="Pass the `id` of '{other}'",
        source=_LOCKS,
        passes=Sketch(vault=vault(), lock=_lock()),
        fails=Sketch(vault=vault(), lock=(tokens.LOCK, {"scope": Ref("vault", "name"), "lockName": "keep"})),
    ),
)
