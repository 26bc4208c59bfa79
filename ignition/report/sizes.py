"""Changes of size and tier, which change what the stack costs. Prices are the clouds' to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ignition.report.changes import Change
from ignition.report.stakes import stake_of

CALCULATOR: Final = "https://azure.microsoft.com/pricing/calculator/"
CLOUDFLARE_PRICES: Final = "https://www.cloudflare.com/plans/"

_SIZE: Final = re.compile(
    r"(.*\.)?(sku(\.(name|tier|capacity|family))?|tier|capacity|storageSizeGB|storageSizeGb|iops|throughput|autoGrow|cpu|memory"
    r"|minReplicas|maxReplicas|mode|geoRedundantBackup|backupRetentionDays|retentionInDays|dailyQuotaGb|zoneRedundant"
    r"|zoneRedundancy|workloadProfileType|vmSize|diskSizeGB|minimumCount|maximumCount|plan|storageClass)"
)
_MODE: Final = re.compile(r"(.*\.)?highAvailability\.mode")


@dataclass(frozen=True)
class SizeChange:
    """One property that the price depends on."""

    what: str
    path: str
    before: str
    after: str


def sizes(found: Iterable[Change]) -> Sequence[SizeChange]:
    """The changed properties that prices depend on, of resources that were there before."""
    return [
        SizeChange(f"{stake_of(each.token).noun} '{each.name}'", difference.path, difference.before, difference.after)
        for each in found
        if each.operation in ("update", "replace")
        for difference in each.differences
        if _is_size(difference.path)
    ]


def _is_size(path: str) -> bool:
    if path.endswith("mode"):
        return _MODE.fullmatch(path) is not None
    return _SIZE.fullmatch(path) is not None
