"""Lifecycle rules of an R2 bucket."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, BUCKET_NAME, EXAMPLE_ACCOUNT, SET_AGAIN, BucketPart
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.rules import Combination, Length, Range, objects, part
from local_cloud.services.object_storage import declared as r2_parts
from local_cloud.services.object_storage.rules.buckets_in_plan import parts_in_plan

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_LIFECYCLES = "https://developers.cloudflare.com/r2/buckets/object-lifecycles/"
_RULE: dict[str, Any] = {
    "id": "abort-multipart",
    "enabled": True,
    "conditions": {"prefix": ""},
    "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": 604800}},
}


class R2BucketLifecycle(BucketPart):
    """The lifecycle of one bucket. Removing the resource leaves the rules in force, as the real provider does."""

    token = "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle"
    made_once_source = "https://developers.cloudflare.com/r2/buckets/object-lifecycles/"
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
            says="a bucket has at most 1000 rules",
            source=_LIFECYCLES,
            passes=[_RULE],
            fails=[_RULE] * 1001,
        ),
        Range(
            path="rules[].abortMultipartUploadsTransition.condition.maxAge",
            least=1,
            most=3_153_600_000,
            says="an age is a positive number of seconds",
            source=_LIFECYCLES,
            passes=604800,
            fails=0,
        ),
        Combination(
            path="rules",
            test=lambda inputs: all(_acts(rule) for rule in objects(inputs, "rules")),
            says="every rule does something: abort uploads, delete objects or move them to another class",
            source=_LIFECYCLES,
            passes={"rules": [_RULE]},
            fails={"rules": [{"id": "idle", "enabled": True, "conditions": {"prefix": ""}}]},
        ),
        Combination(
            path="rules",
            test=lambda inputs: all(_timed(each) for each in _conditions(inputs)),
            says="a condition of type Age has maxAge (seconds), one of type Date has date",
            source=_LIFECYCLES,
            passes={"rules": [_RULE]},
            fails={"rules": [{**_RULE, "deleteObjectsTransition": {"condition": {"type": "Date", "maxAge": 5}}}]},
        ),
        Combination(
            path="rules",
            test=lambda inputs: _distinct(rule["id"] for rule in objects(inputs, "rules")),
            says="rule ids are distinct",
            source=_LIFECYCLES,
            passes={"rules": [_RULE]},
            fails={"rules": [_RULE, _RULE]},
        ),
    )
    plan_rules = parts_in_plan("cloudflare:index/r2BucketLifecycle:R2BucketLifecycle")
    example: ClassVar = {
        "accountId": EXAMPLE_ACCOUNT,
        "bucketName": "ignition-dev",
        "jurisdiction": "eu",
        "rules": [_RULE],
    }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """The rules, carried out by sweeps."""
        inputs = resource.inputs
        parts.object_storage.set_lifecycle(inputs["bucketName"], r2_parts.lifecycle(inputs), inputs["jurisdiction"])
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone with the bucket; the storage alone keeps such rules, so that nobody changes them by the S3 API."""
        found = parts.object_storage.find_bucket(resource.inputs["bucketName"], resource.inputs["jurisdiction"])
        return resource if found is not None and [*found.lifecycle] == r2_parts.lifecycle(resource.inputs) else None


def _acts(rule: dict[str, Any]) -> bool:
    transitions = ("abortMultipartUploadsTransition", "deleteObjectsTransition", "storageClassTransitions")
    return any(name in rule and rule[name] not in ({}, []) for name in transitions)


def _conditions(inputs: Inputs) -> Iterable[dict[str, Any]]:
    for rule in objects(inputs, "rules"):
        single = [part(rule, name) for name in ("abortMultipartUploadsTransition", "deleteObjectsTransition")]
        for transition in [*single, *objects(rule, "storageClassTransitions")]:
            if transition.get("condition") is not None:
                yield transition["condition"]


def _timed(condition: dict[str, Any]) -> bool:
    return {"Age": "maxAge", "Date": "date"}.get(condition["type"], "type") in condition


def _distinct(ids: Iterable[Any]) -> bool:
    listed = list(ids)
    return len(set(listed)) == len(listed)
