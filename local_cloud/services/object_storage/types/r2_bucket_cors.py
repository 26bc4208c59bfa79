"""Cross-origin rules of an R2 bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, BUCKET_NAME, EXAMPLE_ACCOUNT, SET_AGAIN, BucketPart
from local_cloud.server.resource_types.resource import Outputs, Resource
from local_cloud.server.rules import Choice, Length, Range, Valid
from local_cloud.services.object_storage import declared as r2_parts
from local_cloud.services.object_storage.rules.buckets_in_plan import parts_in_plan

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_CORS = "https://developers.cloudflare.com/r2/buckets/cors/"


class R2BucketCors(BucketPart):
    """The cross-origin rules of one bucket."""

    token = "cloudflare:index/r2BucketCors:R2BucketCors"
    made_once_source = "https://developers.cloudflare.com/r2/buckets/cors/"
    after_lost_state = SET_AGAIN
    unseen: ClassVar = {
        "bucketName": "the account has no bucket of that name in the jurisdiction",
    }
    rules = (
        ACCOUNT_ID,
        BUCKET_NAME,
        Length(
            path="rules",
            least=1,
            most=100,
            says="a bucket has 1 to 100 rules",
            source=_CORS,
            passes=[{"allowed": {"methods": ["GET"], "origins": ["https://a.example"]}}],
            fails=[],
        ),
        Choice(
            path="rules[].allowed.methods[]",
            among=("GET", "PUT", "POST", "DELETE", "HEAD"),
            says="allowed methods are GET, PUT, POST, DELETE and HEAD",
            source=_CORS,
            passes="GET",
            fails="PATCH",
        ),
        Valid(
            path="rules[].allowed.origins[]",
            test=lambda origin: origin == "*" or ("://" in origin and not origin.endswith("/")),
            says="an origin is scheme://host[:port] without a path or a slash at its end",
            source=_CORS,
            passes="https://ignition.ecent.online",
            fails="https://ignition.ecent.online/",
        ),
        Range(
            path="rules[].maxAgeSeconds",
            least=0,
            most=86400,
            says="browsers keep an answer for 0 to 86400 seconds",
            source=_CORS,
            passes=3600,
            fails=100000,
        ),
    )
    plan_rules = parts_in_plan("cloudflare:index/r2BucketCors:R2BucketCors")
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "bucketName": "ignition-dev",
        "jurisdiction": "eu",
        "rules": [
            {
                "id": "ui",
                "allowed": {
                    "methods": ["GET", "PUT"],
                    "origins": ["https://ignition.ecent.online"],
                    "headers": ["content-type"],
                },
                "exposeHeaders": ["etag"],
                "maxAgeSeconds": 3600,
            }
        ],
    }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """The rules, answered for in preflights."""
        inputs = resource.inputs
        parts.object_storage.set_cors(inputs["bucketName"], r2_parts.cors(inputs), inputs["jurisdiction"])
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """The rules by which preflights are answered now; gone with the last of them."""
        name, jurisdiction = resource.inputs["bucketName"], resource.inputs["jurisdiction"]
        if parts.object_storage.find_bucket(name, jurisdiction) is None:
            return None
        found = list(parts.object_storage.cors(name, jurisdiction))
        if found == r2_parts.cors(resource.inputs):
            return resource
        changed = {"rules": r2_parts.cors_inputs(found)}
        return Resource(resource.id, resource.inputs | changed, resource.outputs | changed) if found else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """No rules are left; those of a bucket that is gone went with it."""
        name, jurisdiction = resource.inputs["bucketName"], resource.inputs["jurisdiction"]
        if (name, jurisdiction) in {(each.name, each.jurisdiction) for each in parts.object_storage.buckets()}:
            parts.object_storage.set_cors(name, [], jurisdiction)
