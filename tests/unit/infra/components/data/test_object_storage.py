from __future__ import annotations

import hashlib
import json

import pytest

from infra.components.data.object_storage import ObjectStorage
from infra.config.sections.cloudflare import TransitionSection
from infra.config.sections.rotation import RotationSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples

PARTS = ("R2ManagedDomain", "R2BucketLifecycle", "R2BucketCors", "R2BucketLock")


def storage(**changes: object) -> Program[ObjectStorage]:
    return declare(lambda: ObjectStorage("storage", examples.object_storage(**changes)))


def test_every_part_names_the_jurisdiction_of_the_bucket() -> None:
    program = storage(jurisdiction="eu", cors_origins=["https://ignition.ecent.online"])
    parts = [each for kind in ("R2Bucket", *PARTS) for each in program.of(kind)]
    assert [each.inputs["jurisdiction"] for each in parts] == ["eu"] * 5


def test_a_changed_jurisdiction_is_another_bucket_and_the_bucket_is_protected() -> None:
    bucket = storage().one("storage-bucket")
    assert bucket.replace_on_changes == ("jurisdiction",)
    assert bucket.protect


def test_the_public_address_is_switched_off() -> None:
    assert storage().one("storage-managed-domain").inputs["enabled"] is False


def test_without_origins_there_are_no_cross_origin_rules() -> None:
    assert storage(cors_origins=[]).of("R2BucketCors") == []


def test_cross_origin_rules_let_in_the_given_origins_only() -> None:
    origins = ["https://ignition.ecent.online", "https://admin.ignition.ecent.online"]
    (rule,) = storage(cors_origins=origins).one("storage-cors").inputs["rules"]
    assert rule["allowed"]["origins"] == origins


def test_unfinished_uploads_end_after_a_week() -> None:
    (rule,) = storage().one("storage-lifecycle").inputs["rules"]
    assert rule["abortMultipartUploadsTransition"]["condition"] == {"type": "Age", "maxAge": 7 * 86400}


def test_a_transition_becomes_a_rule_of_its_own() -> None:
    _, rule = (
        storage(transitions=[TransitionSection(prefix="old/", after_days=30)]).one("storage-lifecycle").inputs["rules"]
    )
    (move,) = rule["storageClassTransitions"]
    assert rule["conditions"] == {"prefix": "old/"}
    assert move == {"storageClass": "InfrequentAccess", "condition": {"type": "Age", "maxAge": 30 * 86400}}


def test_a_locked_prefix_is_locked_for_its_days() -> None:
    (rule,) = storage(locked_prefix="audit/", locked_days=10).one("storage-lock").inputs["rules"]
    assert (rule["prefix"], rule["condition"]) == ("audit/", {"type": "Age", "maxAgeSeconds": 864000})


def test_without_a_locked_prefix_locks_are_declared_empty_because_removing_them_lifts_nothing() -> None:
    assert storage(locked_prefix=None).one("storage-lock").inputs["rules"] == []


def test_each_token_reaches_the_one_bucket_and_nothing_else() -> None:
    for token in storage(jurisdiction="eu").of("AccountToken"):
        (policy,) = token.inputs["policies"]
        assert json.loads(policy["resources"]) == {
            f"com.cloudflare.edge.r2.bucket.{examples.ACCOUNT}_eu_ignition-test": "*"
        }
        assert policy["permissionGroups"] == [{"id": "2efd5506f9c8494dacb1fa10a3e7d5b6"}]


def test_the_key_pair_is_the_token_id_and_the_hash_of_its_value_and_both_are_secret() -> None:
    program = storage()
    assert program.outputs["access_key_id"] == "storage-token-a-id"
    assert program.outputs["secret_access_key"] == hashlib.sha256(b"value of storage-token-a").hexdigest()
    assert program.secret_outputs == {"access_key_id", "secret_access_key"}


def test_rotation_gives_out_the_other_token_and_keeps_both() -> None:
    program = storage(rotation=RotationSection(active="b"))
    assert [each.name for each in program.of("AccountToken")] == ["storage-token-a", "storage-token-b"]
    assert program.outputs["access_key_id"] == "storage-token-b-id"


def test_raising_a_generation_makes_that_token_anew_and_leaves_the_other() -> None:
    before, after = storage(), storage(rotation=RotationSection(b=2))
    changed = {
        name
        for name in ("storage-token-a", "storage-token-b")
        if before.one(name).replacement_trigger != after.one(name).replacement_trigger
    }
    assert changed == {"storage-token-b"}


def test_tokens_can_be_held_to_addresses() -> None:
    token = storage(source_ranges=["203.0.113.0/24"]).one("storage-token-a")
    assert token.inputs["condition"] == {"requestIp": {"ins": ["203.0.113.0/24"]}}


@pytest.mark.parametrize(("jurisdiction", "part"), [("default", ""), ("eu", ".eu")])
def test_the_endpoint_is_r2s_own_in_the_jurisdiction(jurisdiction: str, part: str) -> None:
    endpoint = storage(jurisdiction=jurisdiction).outputs["endpoint"]
    assert endpoint == f"https://{examples.ACCOUNT}{part}.r2.cloudflarestorage.com"


def test_another_endpoint_may_stand_in_for_r2() -> None:
    assert storage(endpoint="https://s3.ecent.test:9000").outputs["endpoint"] == "https://s3.ecent.test:9000"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"bucket_name": "Ignition_Test"}, "'Ignition_Test' is not a valid name for a bucket"),
        ({"cors_origins": ["https://ignition.ecent.online/"]}, "without a path or a slash"),
        ({"abort_uploads_after_days": 0}, "must be 1 to 365 days"),
    ],
)
def test_what_r2_would_refuse_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        examples.object_storage(**changes)
