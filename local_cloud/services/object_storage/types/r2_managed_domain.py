"""The r2.dev address of a bucket."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, BUCKET_NAME, EXAMPLE_ACCOUNT, SET_AGAIN, BucketPart
from local_cloud.server.resource_types.bridged import made_up_id
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.services.object_storage.rules.buckets_in_plan import parts_in_plan


class R2ManagedDomain(BucketPart):
    """Whether a bucket is public under r2.dev."""

    token = "cloudflare:index/r2ManagedDomain:R2ManagedDomain"
    made_once_source = "https://developers.cloudflare.com/r2/buckets/public-buckets/"
    after_lost_state = SET_AGAIN
    unseen: ClassVar = {
        "bucketName": "the account has no bucket of that name in the jurisdiction",
    }
    rules = (ACCOUNT_ID, BUCKET_NAME)
    plan_rules = parts_in_plan("cloudflare:index/r2ManagedDomain:R2ManagedDomain")
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "bucketName": "ignition-dev",
        "jurisdiction": "eu",
        "enabled": False,
    }

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """The address."""
        bucket_id = made_up_id(resource_id, inputs)
        return {"bucketId": bucket_id, "domain": f"pub-{bucket_id}.r2.dev"}
