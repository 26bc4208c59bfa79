"""Storage is opened by identities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import STORAGE_ACCOUNT
from policy.values import UNKNOWN, value


def _breaches(resource: Resource) -> Iterator[str]:
    for name in ("allowSharedKeyAccess", "allowBlobPublicAccess"):
        allowed = value(resource.props, name)
        if allowed is not UNKNOWN and allowed is not False:
            yield f"'{name}' is not false"


RULE: Final = ResourceRule(
    id="identity.no-storage-keys",
    says="A storage account takes no shared keys and no anonymous readers.",
    why="A shared key opens everything in the account for ever; the state of the stacks is in such an account.",
    source="https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent",
    severity=Severity.CRITICAL,
    remedy="Set `allowSharedKeyAccess` and `allowBlobPublicAccess` to false.",
    enforcement=EVERYWHERE,
    passes=[Sample(token=STORAGE_ACCOUNT, props={"allowSharedKeyAccess": False, "allowBlobPublicAccess": False})],
    fails=[Sample(token=STORAGE_ACCOUNT, props={"allowBlobPublicAccess": False})],
    of=(STORAGE_ACCOUNT,),
    breaches=_breaches,
)
