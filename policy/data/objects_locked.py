"""Objects that must stay cannot be deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, Sample, StackResource, StackRule, of_types
from policy.stages import IN_PRODUCTION
from policy.tokens import BUCKET, BUCKET_LOCK
from policy.values import UNKNOWN, value, values


def _breaches(resources: Sequence[StackResource]) -> Iterator[tuple[Resource, str]]:
    locked = {
        value(each.props, "bucketName")
        for each in of_types(resources, BUCKET_LOCK)
        if True in values(each.props, "rules[].enabled")
    }
    for each in of_types(resources, BUCKET):
        if UNKNOWN not in locked and value(each.props, "name") not in {*locked, UNKNOWN}:
            yield each, "no enabled lock rule is on it"


RULE: Final = StackRule(
    id="data.objects-locked",
    says="A bucket has a lock rule for what must stay.",
    why="R2 has no versions: whoever holds the apps' key deletes the audit trail for good.",
    source="https://developers.cloudflare.com/r2/buckets/bucket-locks/",
    severity=Severity.MEDIUM,
    remedy="Declare an R2BucketLock with an enabled rule; `ignition:object_storage.locked_prefix` does.",
    enforcement=IN_PRODUCTION,
    passes=[
        Sample(token=BUCKET, props={"name": "b"}),
        Sample(token=BUCKET_LOCK, name="lock", props={"bucketName": "b", "rules": [{"enabled": True}]}),
    ],
    fails=[
        Sample(token=BUCKET, props={"name": "b"}),
        Sample(token=BUCKET_LOCK, name="lock", props={"bucketName": "b", "rules": [{"enabled": False}]}),
    ],
    breaches=_breaches,
)
