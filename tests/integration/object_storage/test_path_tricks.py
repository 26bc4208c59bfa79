"""No part of a signed request leads out of the bucket that its key is for, tried against real neighbours."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from botocore.exceptions import ClientError

from local_cloud.services.object_storage.backend.rules import LockRule
from local_cloud.services.object_storage.backend.storage import ObjectStorage
from tests.integration.object_storage.conftest import State

Trick = Callable[[Any, str, str], object]

# From where the gateway keeps an upload's parts to the folder of all buckets.
UP = "../../../.."


def _post_form(s3: Any, bucket: str, key: str, filename: str) -> httpx.Response:
    form = s3.generate_presigned_post(Bucket=bucket, Key=key)
    files = {"file": (filename, b"bad")}
    return httpx.post(form["url"], data=form["fields"], files=files, verify=False, trust_env=False)  # noqa: S501  loopback


def _delete(s3: Any, bucket: str, key: str, **more: str) -> object:
    return s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key, **more}]})


def _complete(s3: Any, bucket: str, upload: str) -> object:
    parts = {"Parts": [{"PartNumber": 7, "ETag": '"fcfcda07b8fb7dff788af166b6a78f3e"', "ChecksumCRC32": "uoP+nQ=="}]}
    return s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload=parts)


# Each gets a client with the key of `mine`, and the name of a bucket that the key does not name.
TRICKS: dict[str, Trick] = {
    "abort a bucket": lambda s3, mine, other: s3.abort_multipart_upload(Bucket=mine, Key="k", UploadId=f"{UP}/{other}"),
    "abort a directory outside": lambda s3, mine, _: s3.abort_multipart_upload(
        Bucket=mine, Key="k", UploadId=f"{UP}/../neighbour"
    ),
    "abort a locked object": lambda s3, mine, _: s3.abort_multipart_upload(
        Bucket=mine, Key="k", UploadId="../../../locked/k"
    ),
    "abort every upload of a key": lambda s3, mine, _: s3.abort_multipart_upload(Bucket=mine, Key="k", UploadId="."),
    "upload over a number": lambda s3, mine, other: s3.upload_part(
        Bucket=mine, Key="k", UploadId=f"{UP}/{other}", PartNumber=7, Body=b"bad"
    ),
    "copy over a number": lambda s3, mine, other: s3.upload_part_copy(
        Bucket=mine, Key="k", UploadId=f"{UP}/{other}", PartNumber=7, CopySource=f"{mine}/own"
    ),
    "list numbers": lambda s3, mine, other: s3.list_parts(Bucket=mine, Key="k", UploadId=f"{UP}/{other}"),
    "complete from numbers": lambda s3, mine, other: _complete(s3, mine, f"{UP}/{other}"),
    "delete many": lambda s3, mine, other: _delete(s3, mine, f"../{other}/k"),
    "delete many, deeper": lambda s3, mine, other: _delete(s3, mine, f"a/../../{other}/k"),
    "delete many outside": lambda s3, mine, _: _delete(s3, mine, "../../neighbour/file"),
    "delete many by version": lambda s3, mine, other: _delete(s3, mine, "own", VersionId=f"../{other}/k"),
    "copy": lambda s3, mine, other: s3.copy_object(Bucket=mine, Key="stolen", CopySource=f"{mine}/../{other}/k"),
    "copy, encoded": lambda s3, mine, other: s3.copy_object(
        Bucket=mine, Key="stolen", CopySource=f"{mine}/%2e%2e/{other}/k"
    ),
    "copy, encoded twice": lambda s3, mine, other: s3.copy_object(
        Bucket=mine, Key="stolen", CopySource=f"{mine}/%252e%252e/{other}/k"
    ),
    "copy, encoded slash": lambda s3, mine, other: s3.copy_object(
        Bucket=mine, Key="stolen", CopySource=f"/{mine}/..%2F{other}/k"
    ),
    "copy a version": lambda s3, mine, other: s3.copy_object(
        Bucket=mine, Key="stolen", CopySource=f"{mine}/own?versionId=../../{other}/k"
    ),
    "get": lambda s3, mine, other: s3.get_object(Bucket=mine, Key=f"../{other}/k"),
    "get a version": lambda s3, mine, other: s3.get_object(Bucket=mine, Key="own", VersionId=f"../{other}/k"),
    "head": lambda s3, mine, other: s3.head_object(Bucket=mine, Key=f"../{other}/k"),
    "put": lambda s3, mine, other: s3.put_object(Bucket=mine, Key=f"../{other}/k", Body=b"bad"),
    "put, deeper": lambda s3, mine, other: s3.put_object(Bucket=mine, Key=f"a/../../{other}/k", Body=b"bad"),
    "put, encoded": lambda s3, mine, other: s3.put_object(Bucket=mine, Key=f"%2e%2e/{other}/k", Body=b"bad"),
    "put among the parts": lambda s3, mine, _: s3.put_object(Bucket=mine, Key=".sgwtmp/multipart/a/b/1", Body=b"bad"),
    "delete": lambda s3, mine, other: s3.delete_object(Bucket=mine, Key=f"../{other}/k"),
    "begin an upload": lambda s3, mine, other: s3.create_multipart_upload(Bucket=mine, Key=f"../{other}/k"),
    "list": lambda s3, mine, other: s3.list_objects_v2(Bucket=mine, Prefix=f"../{other}/"),
    "list from a marker": lambda s3, mine, other: s3.list_objects(
        Bucket=mine, Marker="../", Prefix="../", Delimiter="/"
    ),
    "list uploads": lambda s3, mine, other: s3.list_multipart_uploads(
        Bucket=mine, Prefix=f"../{other}/", KeyMarker="../", UploadIdMarker="../"
    ),
    "list versions": lambda s3, mine, other: s3.list_object_versions(Bucket=mine, Prefix=f"../{other}/"),
    "attributes": lambda s3, mine, other: s3.get_object_attributes(
        Bucket=mine, Key="own", VersionId=f"../{other}/k", ObjectAttributes=["ETag"]
    ),
    "form": lambda s3, mine, other: _post_form(s3, mine, f"../{other}/k", "f"),
    "form with a file's name": lambda s3, mine, other: _post_form(s3, mine, "${filename}", f"../{other}/k"),
}


def _files(storage: ObjectStorage) -> dict[str, bytes | None]:
    """Everything below the storage's directory, but what changes by itself: logs, locks, the parts of uploads."""
    return {
        str(path.relative_to(storage.directory)): path.read_bytes() if path.is_file() else None
        for path in storage.directory.rglob("*")
        if path.suffix not in {".log", ".sock"} and not {".vgwlocks", "multipart"} & set(path.parts)
    }


@pytest.fixture
def neighbours(storage: ObjectStorage, bucket: str, other_bucket: str, s3: Any) -> str:
    """A bucket of somebody else with objects, a directory beside the buckets, and a locked object in the own bucket."""
    everywhere = storage._client
    for key in ("k", "7"):
        everywhere.put_object(Bucket=other_bucket, Key=key, Body=b"secret7")
    outside = storage.directory / "neighbour"
    outside.mkdir(exist_ok=True)
    (outside / "file").write_text("kept")
    s3.put_object(Bucket=bucket, Key="own", Body=b"own")
    s3.put_object(Bucket=bucket, Key="locked/k", Body=b"kept")
    storage.set_locks(bucket, [LockRule(id="lock", prefix="locked/", indefinite=True)])
    return other_bucket


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_changes_nothing_and_reads_nothing(
    storage: ObjectStorage, s3: Any, bucket: str, neighbours: str, trick: str
) -> None:
    before = _files(storage)
    with contextlib.suppress(ClientError):
        assert b"secret" not in repr(TRICKS[trick](s3, bucket, neighbours)).encode()
    assert _files(storage) == before


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("abort_multipart_upload", {}),
        ("list_parts", {}),
        ("upload_part", {"PartNumber": 7}),
        ("complete_multipart_upload", {"MultipartUpload": {"Parts": [{"PartNumber": 7, "ETag": "x"}]}}),
    ],
)
def test_an_upload_that_was_never_begun_does_not_exist(
    s3: Any, bucket: str, neighbours: str, operation: str, more: dict[str, object]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(s3, operation)(Bucket=bucket, Key="k", UploadId=f"{UP}/{neighbours}", **more)
    assert refused.value.response["Error"]["Code"] == "NoSuchUpload"


def test_many_objects_are_deleted_at_once(s3: Any, bucket: str) -> None:
    keys = [f"a/{number}/..b" for number in range(1000)]
    for key in keys[:3]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert {each["Key"] for each in deleted["Deleted"]} >= set(keys[:3])
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_the_gateway_listens_at_no_port_and_its_sockets_are_ours_alone(state: State, storage: ObjectStorage) -> None:
    process = state.supervisor.get("object storage (gateway)")
    assert process is not None
    connections = psutil.Process(process.pid).net_connections(kind="all")
    listening = [each.laddr for each in connections if each.status == psutil.CONN_LISTEN]
    assert listening == []
    sockets = {Path(str(each.laddr)) for each in connections if each.laddr and str(each.laddr).startswith("/")}
    assert {path.name for path in sockets} == {"s3.sock", "admin.sock"}
    for path in sockets:
        assert path.stat().st_mode & 0o077 == 0, path
        assert path.parent.stat().st_mode & 0o077 == 0, path.parent


def test_the_interface_for_accounts_is_not_at_the_front(storage: ObjectStorage) -> None:
    for endpoint in (storage.endpoint, storage.plain_endpoint):
        answer = httpx.request("PATCH", f"{endpoint}/list-users", verify=False, trust_env=False)  # noqa: S501  loopback
        assert answer.status_code == 405
