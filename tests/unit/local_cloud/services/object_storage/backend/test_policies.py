"""A bucket's policy names each token with what it was granted."""

from __future__ import annotations

import json
from typing import Any

from local_cloud.services.object_storage.backend.policies import bucket_policy
from local_cloud.services.object_storage.backend.rules import Grant


def _allowed(policy: str | None, token: str) -> set[str]:
    assert policy is not None
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    assert all(statement["Effect"] == "Allow" for statement in statements)
    return {
        action for statement in statements if token in statement["Principal"]["AWS"] for action in statement["Action"]
    }


def test_a_reader_may_read_and_list_only() -> None:
    allowed = _allowed(bucket_policy("media", {"t": [Grant(bucket="media", write=False)]}), "t")
    assert {"s3:GetObject", "s3:ListBucket"} <= allowed
    assert not {"s3:PutObject", "s3:DeleteObject"} & allowed


def test_a_writer_may_also_write_and_delete() -> None:
    allowed = _allowed(bucket_policy("media", {"t": [Grant(bucket="media", write=True)]}), "t")
    assert {"s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"} <= allowed


def test_nobody_may_change_policies_rules_or_locks() -> None:
    allowed = _allowed(bucket_policy("media", {"t": [Grant(bucket=None, write=True)]}), "t")
    assert not [action for action in allowed if any(word in action for word in ("Policy", "Lock", "Hold", "Acl"))]


def test_a_token_for_another_bucket_is_not_named() -> None:
    tokens = {"mine": [Grant(bucket="media", write=False)], "other": [Grant(bucket="logs", write=True)]}
    policy = bucket_policy("media", tokens)
    assert policy is not None
    assert "other" not in policy


def test_a_token_for_every_bucket_is_named_everywhere() -> None:
    assert _allowed(bucket_policy("media", {"t": [Grant(bucket=None, write=False)]}), "t")


def test_a_bucket_that_nobody_may_use_has_no_policy() -> None:
    assert bucket_policy("media", {"t": [Grant(bucket="logs", write=True)]}) is None


def test_the_resources_are_the_bucket_and_its_objects_only() -> None:
    policy = bucket_policy("media", {"t": [Grant(bucket="media", write=True)]})
    assert policy is not None
    resources = {statement["Resource"] for statement in json.loads(policy)["Statement"]}
    assert resources == {"arn:aws:s3:::media", "arn:aws:s3:::media/*"}
