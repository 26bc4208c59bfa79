"""
A private R2 bucket and the S3 credentials that reach it and nothing else.

Where the credentials are kept and who reads them is decided by whoever takes the outputs. Objects are never public: the
managed r2.dev address is switched off, and no custom domain is attached.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi_cloudflare as cloudflare
from pulumi import ComponentResource, Output, ResourceOptions

from infra.config.sections.cloudflare import ObjectStorageSection
from infra.config.sections.rotation import SLOTS, Slot
from infra.names import checked

BUCKET_ITEM_WRITE: Final = "2efd5506f9c8494dacb1fa10a3e7d5b6"
"""
Permission group "Workers R2 Storage Bucket Item Write", which also reads and lists
(https://developers.cloudflare.com/r2/api/tokens/). It is the same for every account; asking for it by a function would make
every preview need an account.
"""
REGION: Final = "auto"
"""The only region that R2's S3 API signs for (https://developers.cloudflare.com/r2/api/s3/api/)."""


_DAY_S: Final = 86400
_ORIGIN: Final = re.compile(r"https?://[^/\s*]+")


@dataclass(frozen=True, kw_only=True)
class ObjectStorageArgs:
    """
    What the bucket is to be.

    Attributes:
        config: The bucket and its credentials.
        account_id: The Cloudflare account, 32 hex digits.
        bucket_name: 3 to 63 lower-case letters, digits and hyphens.
        cors_origins: Web pages whose scripts may use signed URLs; none, and there are no cross-origin rules at all.
        protect: Whether the bucket is kept from deletion and replacement by Pulumi.
    """

    config: ObjectStorageSection
    account_id: str
    bucket_name: str
    cors_origins: Sequence[str] = ()
    protect: bool

    def __post_init__(self) -> None:
        checked("bucket", self.bucket_name)
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"CORS origin {origin!r}: write scheme://host[:port], without a path or a slash at its end"
                )


class ObjectStorage(ComponentResource):
    """A bucket, its rules, and two credentials of which one is given out."""

    bucket: Output[str]
    endpoint: Output[str]
    region: Output[str]
    access_key_id: Output[str]
    secret_access_key: Output[str]

    def __init__(self, name: str, args: ObjectStorageArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:ObjectStorage", name, None, opts)
        bucket = cloudflare.R2Bucket(
            f"{name}-bucket",
            account_id=args.account_id,
            name=args.bucket_name,
            jurisdiction=args.config.jurisdiction,
            location=args.config.location,
            storage_class="Standard",
            opts=ResourceOptions(
                parent=self,
                protect=args.protect,
                # The provider would send a changed jurisdiction as an update to a bucket that does not exist there:
                # https://github.com/cloudflare/terraform-provider-cloudflare/issues/5144
                replace_on_changes=["jurisdiction"],
            ),
        )
        self._rules(name, args, bucket)
        tokens = {slot: self._token(name, args, bucket, slot) for slot in SLOTS}
        active = tokens[args.config.rotation.active]

        self.bucket = bucket.name
        self.endpoint = Output.from_input(endpoint_of(args.config.endpoint, args.account_id, args.config.jurisdiction))
        self.region = Output.from_input(REGION)
        # The engine knows that a token's value is secret, but unit tests and other readers of these outputs do not.
        self.access_key_id = Output.secret(active.id)
        self.secret_access_key = Output.secret(active.value.apply(secret_access_key_of))
        self.register_outputs(
            {
                "bucket": self.bucket,
                "endpoint": self.endpoint,
                "region": self.region,
                "access_key_id": self.access_key_id,
                "secret_access_key": self.secret_access_key,
            }
        )

    def _rules(self, name: str, args: ObjectStorageArgs, bucket: cloudflare.R2Bucket) -> None:
        # Every part names the jurisdiction: left out it means "default", where a bucket of the EU is not found.
        child = ResourceOptions(parent=self)
        cloudflare.R2ManagedDomain(
            f"{name}-managed-domain",
            account_id=args.account_id,
            bucket_name=bucket.name,
            jurisdiction=args.config.jurisdiction,
            enabled=False,
            opts=child,
        )
        cloudflare.R2BucketLifecycle(
            f"{name}-lifecycle",
            account_id=args.account_id,
            bucket_name=bucket.name,
            jurisdiction=args.config.jurisdiction,
            rules=_lifecycle_rules(args),
            opts=child,
        )
        if args.cors_origins:
            cloudflare.R2BucketCors(
                f"{name}-cors",
                account_id=args.account_id,
                bucket_name=bucket.name,
                jurisdiction=args.config.jurisdiction,
                rules=[
                    cloudflare.R2BucketCorsRuleArgs(
                        id="web",
                        allowed=cloudflare.R2BucketCorsRuleAllowedArgs(
                            methods=["GET", "HEAD", "PUT"], origins=list(args.cors_origins), headers=["content-type"]
                        ),
                        expose_headers=["etag"],
                        max_age_seconds=3600,
                    )
                ],
                opts=child,
            )
        # Declared even when nothing is locked: deleting the resource leaves locks in force, an empty list lifts them.
        cloudflare.R2BucketLock(
            f"{name}-lock",
            account_id=args.account_id,
            bucket_name=bucket.name,
            jurisdiction=args.config.jurisdiction,
            rules=_lock_rules(args),
            opts=child,
        )

    def _token(
        self, name: str, args: ObjectStorageArgs, bucket: cloudflare.R2Bucket, slot: Slot
    ) -> cloudflare.AccountToken:
        addresses = (
            cloudflare.AccountTokenConditionArgs(
                request_ip=cloudflare.AccountTokenConditionRequestIpArgs(ins=list(args.config.source_ranges))
            )
            if args.config.source_ranges
            else None
        )
        return cloudflare.AccountToken(
            f"{name}-token-{slot}",
            account_id=args.account_id,
            name=f"{args.bucket_name}-{slot}",
            policies=[
                cloudflare.AccountTokenPolicyArgs(
                    effect="allow",
                    permission_groups=[cloudflare.AccountTokenPolicyPermissionGroupArgs(id=BUCKET_ITEM_WRITE)],
                    resources=bucket.name.apply(
                        lambda bucket_name: resources_of(args.account_id, args.config.jurisdiction, bucket_name)
                    ),
                )
            ],
            condition=addresses,
            # No expiry: an expired token vanishes from the state on refresh and comes back only with the next deployment.
            opts=ResourceOptions(parent=self, replacement_trigger=args.config.rotation.generation(slot)),
        )


def endpoint_of(endpoint: str, account_id: str, jurisdiction: str) -> str:
    """An S3 endpoint with the account and the jurisdiction filled in."""
    part = "" if jurisdiction == "default" else f".{jurisdiction}"
    return endpoint.format(account_id=account_id, jurisdiction=part)


def resources_of(account_id: str, jurisdiction: str, bucket_name: str) -> str:
    """
    What a token for one bucket may reach, as the JSON text that the provider takes.

    Without spaces, as the API gives it back: the provider compares texts, and another one would be an update on every deployment
    (https://github.com/cloudflare/terraform-provider-cloudflare/blob/main/internal/services/account_token/resource_test.go).
    """
    return json.dumps(
        {f"com.cloudflare.edge.r2.bucket.{account_id}_{jurisdiction}_{bucket_name}": "*"}, separators=(",", ":")
    )


def secret_access_key_of(token_value: str) -> str:
    """The S3 secret that goes with a token (https://developers.cloudflare.com/r2/api/tokens/)."""
    return hashlib.sha256(token_value.encode()).hexdigest()


def _lifecycle_rules(args: ObjectStorageArgs) -> list[cloudflare.R2BucketLifecycleRuleArgs]:
    abort = cloudflare.R2BucketLifecycleRuleArgs(
        id="abort-multipart-uploads",
        enabled=True,
        conditions=cloudflare.R2BucketLifecycleRuleConditionsArgs(prefix=""),
        abort_multipart_uploads_transition=cloudflare.R2BucketLifecycleRuleAbortMultipartUploadsTransitionArgs(
            condition=cloudflare.R2BucketLifecycleRuleAbortMultipartUploadsTransitionConditionArgs(
                type="Age", max_age=args.config.abort_uploads_after_days * _DAY_S
            )
        ),
    )
    moves = [
        cloudflare.R2BucketLifecycleRuleArgs(
            id=f"infrequent-access-{number}",
            enabled=True,
            conditions=cloudflare.R2BucketLifecycleRuleConditionsArgs(prefix=move.prefix),
            storage_class_transitions=[
                cloudflare.R2BucketLifecycleRuleStorageClassTransitionArgs(
                    storage_class="InfrequentAccess",
                    condition=cloudflare.R2BucketLifecycleRuleStorageClassTransitionConditionArgs(
                        type="Age", max_age=move.after_days * _DAY_S
                    ),
                )
            ],
        )
        for number, move in enumerate(args.config.transitions, start=1)
    ]
    return [abort, *moves]


def _lock_rules(args: ObjectStorageArgs) -> list[cloudflare.R2BucketLockRuleArgs]:
    if args.config.locked_prefix is None:
        return []
    return [
        cloudflare.R2BucketLockRuleArgs(
            id="audit",
            enabled=True,
            prefix=args.config.locked_prefix,
            condition=cloudflare.R2BucketLockRuleConditionArgs(
                type="Age", max_age_seconds=args.config.locked_days * _DAY_S
            ),
        )
    ]
