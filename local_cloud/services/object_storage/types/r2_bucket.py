"""R2 buckets."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, BUCKET_NAME, EXAMPLE_ACCOUNT, CloudflareType
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.services.object_storage.rules.buckets_in_plan import BUCKETS_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts


class R2Bucket(CloudflareType):
    """
    A bucket.

    The real provider sends a changed jurisdiction as an update to another bucket
    (https://github.com/cloudflare/terraform-provider-cloudflare/issues/5144), so it is refused as one.
    """

    token = "cloudflare:index/r2Bucket:R2Bucket"
    after_lost_state = Import("{accountId}/{name}/{jurisdiction}")
    id_from = ("name",)
    unseen: ClassVar = {
        "accountId": "the account has not subscribed to R2",
    }
    rules = (
        ACCOUNT_ID,
        dataclasses.replace(BUCKET_NAME, path="name", unseen="the account has a bucket of that name already"),
    )
    create_only = ("accountId", "location")
    immutable = ("jurisdiction",)
    plan_rules = BUCKETS_IN_PLAN
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "name": "ignition-dev",
        "jurisdiction": "eu",
        "location": "weur",
        "storageClass": "Standard",
    }

    def defaults(self, inputs: Inputs) -> Inputs:  # noqa: ARG002  the same for all
        """What the provider fills in."""
        return {"jurisdiction": "default", "storageClass": "Standard"}

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for all
        """A record has no moment of creation worth comparing; the day the API began stands in."""
        return {"creationDate": "2022-09-21T00:00:00.000Z"}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """A bucket of the local storage."""
        inputs = resource.inputs
        parts.object_storage.put_bucket(
            inputs["name"],
            jurisdiction=inputs["jurisdiction"],
            location=inputs.get("location"),
            storage_class=inputs["storageClass"],
        )
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the bucket was deleted."""
        found = parts.object_storage.find_bucket(resource.inputs["name"], resource.inputs["jurisdiction"])
        return resource if found is not None else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Refused while the bucket holds objects."""
        parts.object_storage.delete_bucket(resource.inputs["name"], resource.inputs["jurisdiction"])
