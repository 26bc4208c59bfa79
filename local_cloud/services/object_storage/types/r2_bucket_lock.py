"""Lock rules of an R2 bucket: objects under a prefix that nobody can delete or overwrite for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, BUCKET_NAME, EXAMPLE_ACCOUNT, SET_AGAIN, BucketPart
from local_cloud.server.resource_types.resource import Outputs, Resource
from local_cloud.server.rules import Combination, Length, objects
from local_cloud.services.object_storage import declared as r2_parts
from local_cloud.services.object_storage.rules.buckets_in_plan import parts_in_plan

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_LOCKS = "https://developers.cloudflare.com/r2/buckets/bucket-locks/"
_RULE: dict[str, Any] = {
    "id": "audit",
    "enabled": True,
    "prefix": "audit/",
    "condition": {"type": "Age", "maxAgeSeconds": 31536000},
}
_NEEDS = {"Age": "maxAgeSeconds", "Date": "date"}


class R2BucketLock(BucketPart):
    """The locks of one bucket. Removing the resource leaves them in force, as the real provider does."""

    token = "cloudflare:index/r2BucketLock:R2BucketLock"
    made_once_source = "https://developers.cloudflare.com/r2/buckets/bucket-locks/"
    after_lost_state = SET_AGAIN
    unseen: ClassVar = {
        "bucketName": "the account has no bucket of that name in the jurisdiction",
    }
    rules = (
        ACCOUNT_ID,
        BUCKET_NAME,
        Length(
            path="rules",
            most=1000,
            says="a bucket has at most 1000 lock rules",
            source=_LOCKS,
            passes=[_RULE],
            fails=[_RULE] * 1001,
        ),
        Combination(
            path="rules",
            test=lambda inputs: all(_complete(rule["condition"]) for rule in objects(inputs, "rules")),
            says="a lock of type Age has maxAgeSeconds, one of type Date has date",
            source=_LOCKS,
            passes={"rules": [_RULE]},
            fails={"rules": [{**_RULE, "condition": {"type": "Age"}}]},
        ),
    )
    plan_rules = parts_in_plan("cloudflare:index/r2BucketLock:R2BucketLock")
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "bucketName": "ignition-dev",
        "jurisdiction": "eu",
        "rules": [_RULE],
    }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """The locks, which hold at once."""
        inputs = resource.inputs
        parts.object_storage.set_locks(inputs["bucketName"], r2_parts.locks(inputs), inputs["jurisdiction"])
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone with the bucket; the storage alone keeps such rules, so that nobody changes them by the S3 API."""
        found = parts.object_storage.find_bucket(resource.inputs["bucketName"], resource.inputs["jurisdiction"])
        return resource if found is not None and [*found.locks] == r2_parts.locks(resource.inputs) else None


def _complete(condition: dict[str, Any]) -> bool:
    return _NEEDS.get(condition["type"], "type") in condition
