"""Buckets, lifecycle and locks behave as R2's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.object_storage.backend.rules import Grant, LifecycleRule, LockRule
from local_cloud.services.object_storage.backend.storage import ObjectStorage
from tests.integration.object_storage.conftest import ACCOUNT, TOKEN_VALUE, State
from tests.support.waiting import until


def _in(**time: float) -> datetime:
    return datetime.now(UTC) + timedelta(**time)


def _keys(s3: Any, bucket: str) -> set[str]:
    return {entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}


def test_a_bucket_that_holds_objects_cannot_be_deleted(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with pytest.raises(CloudRefusal) as refused:
        storage.delete_bucket(bucket)
    assert refused.value.code == "10008"
    assert f"The bucket you tried to delete ({bucket}) is not empty (account {ACCOUNT})" in str(refused.value)
    assert _keys(s3, bucket) == {"k"}


def test_an_empty_bucket_is_deleted_even_with_unfinished_uploads(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.create_multipart_upload(Bucket=bucket, Key="big")
    storage.delete_bucket(bucket)
    storage.delete_bucket(bucket)
    assert bucket not in [kept.name for kept in storage.buckets()]
    assert not (storage.directory / "data" / bucket).exists()


def test_a_bucket_is_found_in_its_own_jurisdiction_only(storage: ObjectStorage) -> None:
    storage.put_bucket("in-europe", jurisdiction="eu", location="weur")
    assert storage.bucket("in-europe", "eu").location == "weur"
    with pytest.raises(CloudRefusal, match="10006: The specified bucket does not exist"):
        storage.bucket("in-europe")
    with pytest.raises(CloudRefusal, match="10006"):
        storage.set_lifecycle("in-europe", [])
    storage.delete_bucket("in-europe")
    assert storage.bucket("in-europe", "eu")


def test_a_name_taken_in_another_jurisdiction_is_refused(storage: ObjectStorage) -> None:
    storage.put_bucket("taken-name", jurisdiction="eu")
    with pytest.raises(CloudRefusal, match="10004"):
        storage.put_bucket("taken-name")


@pytest.mark.parametrize("name", ["ab", "Upper", "under_score", "-dash", "dash-", "a" * 64, "../up"])
def test_an_impossible_name_is_refused(storage: ObjectStorage, name: str) -> None:
    with pytest.raises(CloudRefusal, match="10005"):
        storage.put_bucket(name)


def test_creating_a_bucket_again_keeps_its_objects(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    storage.put_bucket(bucket)
    assert _keys(s3, bucket) == {"k"}


def test_lifecycle_deletes_by_age_under_its_prefix(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    for key in ("drafts/a", "kept"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    storage.set_lifecycle(bucket, [LifecycleRule(id="drafts", prefix="drafts/", delete_after_s=3600)])
    assert storage.sweep().deleted == []
    assert storage.sweep(_in(hours=2)).deleted == [f"{bucket}/drafts/a"]
    assert _keys(s3, bucket) == {"kept"}


def test_lifecycle_gives_up_old_uploads(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.create_multipart_upload(Bucket=bucket, Key="big")
    storage.set_lifecycle(bucket, [LifecycleRule(id="mp", abort_uploads_after_s=86_400)])
    assert storage.sweep(_in(hours=23)).aborted == []
    assert storage.sweep(_in(hours=25)).aborted == [f"{bucket}/big"]
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_a_locked_object_is_neither_deleted_nor_overwritten(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    for key in ("audit/1", "free"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"as it was")
    storage.set_locks(bucket, [LockRule(id="audit", prefix="audit/", max_age_s=3600)])
    for attempt in (
        lambda: s3.delete_object(Bucket=bucket, Key="audit/1"),
        lambda: s3.put_object(Bucket=bucket, Key="audit/1", Body=b"changed"),
        lambda: s3.copy_object(Bucket=bucket, Key="audit/1", CopySource=f"{bucket}/free"),
    ):
        with pytest.raises(ClientError, match="object lock"):
            attempt()
    assert s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "audit/1"}]})["Errors"]
    assert s3.get_object(Bucket=bucket, Key="audit/1")["Body"].read() == b"as it was"
    s3.delete_object(Bucket=bucket, Key="free")


def test_a_new_object_under_a_locked_prefix_is_held_by_the_next_sweep(
    storage: ObjectStorage, s3: Any, bucket: str
) -> None:
    storage.set_locks(bucket, [LockRule(id="audit", prefix="audit/", indefinite=True)])
    s3.put_object(Bucket=bucket, Key="audit/new", Body=b"x")
    storage.sweep()
    with pytest.raises(ClientError, match="object lock"):
        s3.delete_object(Bucket=bucket, Key="audit/new")


def test_the_storage_sweeps_by_itself(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    storage.set_locks(bucket, [LockRule(id="all", indefinite=True)])
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    until(lambda: _held(storage, bucket, "k"), "the hold")


def test_locks_win_over_lifecycle_until_they_end(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="audit/1", Body=b"x")
    storage.set_locks(bucket, [LockRule(id="audit", max_age_s=7200)])
    storage.set_lifecycle(bucket, [LifecycleRule(id="all", delete_after_s=3600)])
    assert storage.sweep(_in(hours=1.5)).deleted == []
    assert storage.sweep(_in(hours=2.5)).deleted == [f"{bucket}/audit/1"]


def test_removed_lock_rules_let_go(storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    storage.set_locks(bucket, [LockRule(id="all", indefinite=True)])
    storage.set_locks(bucket, [])
    s3.delete_object(Bucket=bucket, Key="k")
    assert _keys(s3, bucket) == set()


def test_a_token_ends_when_it_expires(state: State, storage: ObjectStorage, bucket: str) -> None:
    storage.put_token("e" * 32, TOKEN_VALUE, [Grant(bucket=bucket, write=True)], expires=_in(hours=1))
    client = state.client(storage.endpoint, "e" * 32)
    storage.sweep()
    client.list_objects_v2(Bucket=bucket)
    storage.sweep(_in(hours=2))
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        client.list_objects_v2(Bucket=bucket)


def _held(storage: ObjectStorage, bucket: str, key: str) -> bool:
    client = storage._client
    try:
        return client.get_object_legal_hold(Bucket=bucket, Key=key)["LegalHold"]["Status"] == "ON"
    except ClientError:
        return False
