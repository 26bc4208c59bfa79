"""boto3 works against the storage as against R2, and is refused as R2 refuses."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError, SSLError

from local_cloud.services.object_storage.backend.rules import CorsRule, Grant
from local_cloud.services.object_storage.backend.storage import ObjectStorage
from tests.integration.object_storage.conftest import TOKEN_VALUE, State

MEBIBYTE = 1024 * 1024


def _refused(call: Callable[..., object], **arguments: object) -> tuple[int, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    response: dict[str, Any] = dict(refused.value.response)
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def _fetch(
    state: State,
    url: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
) -> httpx.Response:
    context = ssl.create_default_context(cafile=state.ca.ca_file)
    return httpx.request(method, url, headers=headers, content=content, verify=context, trust_env=False)


def test_an_object_comes_back_as_it_was_put(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"hello", ContentType="text/plain", Metadata={"who": "me"})
    got = s3.get_object(Bucket=bucket, Key="a/b")
    assert got["Body"].read() == b"hello"
    assert got["ContentType"] == "text/plain"
    assert got["Metadata"] == {"who": "me"}


def test_plain_http_serves_the_same_objects(
    state: State, storage: ObjectStorage, s3: Any, bucket: str, token: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"over tls")
    plain = state.client(storage.plain_endpoint, token)
    assert plain.get_object(Bucket=bucket, Key="k")["Body"].read() == b"over tls"


def test_a_client_that_does_not_know_the_authority_refuses_the_endpoint(
    state: State, storage: ObjectStorage, token: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = state.client(storage.endpoint, token)
    client._endpoint.http_session._verify = True
    with pytest.raises(SSLError):
        client.list_objects_v2(Bucket=bucket)


def test_a_range_is_served(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="k", Range="bytes=2-4")
    assert got["Body"].read() == b"234"
    assert got["ContentRange"] == "bytes 2-4/10"


def test_a_multipart_upload_is_put_together(s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    parts = []
    for number, content in enumerate([b"a" * 5 * MEBIBYTE, b"b" * MEBIBYTE], start=1):
        part = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=content)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket=bucket, Key="big")["ContentLength"] == 6 * MEBIBYTE
    tail = s3.get_object(Bucket=bucket, Key="big", Range="bytes=-2")
    assert tail["Body"].read() == b"bb"


def test_a_presigned_url_works_without_credentials(state: State, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    assert _fetch(state, url).content == b"hello"


def test_a_tampered_presigned_url_is_refused(state: State, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    s3.put_object(Bucket=bucket, Key="other", Body=b"secret")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    assert _fetch(state, url.replace("/k?", "/other?")).status_code == 403


def test_a_wrong_secret_is_refused(state: State, storage: ObjectStorage, token: str, bucket: str) -> None:
    client = state.client(storage.endpoint, token, "another value")
    assert _refused(client.list_objects_v2, Bucket=bucket) == (403, "SignatureDoesNotMatch")


def test_an_unknown_key_is_refused(state: State, storage: ObjectStorage, bucket: str) -> None:
    client = state.client(storage.endpoint, "f" * 32)
    assert _refused(client.list_objects_v2, Bucket=bucket) == (403, "InvalidAccessKeyId")


@pytest.mark.parametrize("operation", ["list_objects_v2", "put_object", "get_object", "delete_object"])
def test_another_bucket_is_refused(s3: Any, other_bucket: str, operation: str) -> None:
    arguments = {} if operation == "list_objects_v2" else {"Key": "k"}
    assert _refused(getattr(s3, operation), Bucket=other_bucket, **arguments) == (403, "AccessDenied")


@pytest.fixture(params=["endpoint", "plain_endpoint"])
def either(request: pytest.FixtureRequest, state: State, storage: ObjectStorage, token: str) -> Any:
    """A boto3 client with the token's key pair, at one endpoint and then at the other."""
    return state.client(getattr(storage, request.param), token)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("list_objects_v2", {}),
        ("list_objects", {}),
        ("get_bucket_location", {}),
        ("head_bucket", {}),
        ("delete_bucket", {}),
        ("get_object", {"Key": "k"}),
        ("head_object", {"Key": "k"}),
        ("delete_object", {"Key": "k"}),
        ("put_object", {"Key": "k", "Body": b"x" * MEBIBYTE}),
        ("create_multipart_upload", {"Key": "k"}),
    ],
)
def test_a_token_does_not_learn_whether_another_bucket_is_there(
    either: Any, other_bucket: str, operation: str, arguments: dict[str, Any]
) -> None:
    call = getattr(either, operation)
    there, not_there = _refused(call, Bucket=other_bucket, **arguments), _refused(call, Bucket="nowhere", **arguments)
    # The answer to a HEAD has no body, so boto3 knows the status only.
    assert there == not_there == (403, "403" if operation.startswith("head") else "AccessDenied")


@pytest.mark.parametrize("endpoint", ["endpoint", "plain_endpoint"])
def test_a_bad_key_is_refused_at_a_bucket_that_is_not_there(
    state: State, storage: ObjectStorage, token: str, endpoint: str
) -> None:
    where = getattr(storage, endpoint)
    assert _refused(state.client(where, token, "another value").list_objects_v2, Bucket="nowhere")[0] == 403
    assert _refused(state.client(where, "f" * 32).list_objects_v2, Bucket="nowhere")[0] == 403
    assert httpx.get(f"{storage.plain_endpoint}/nowhere/k", trust_env=False).status_code == 403


def test_a_missing_object_of_its_own_bucket_is_not_found(either: Any, bucket: str) -> None:
    assert _refused(either.get_object, Bucket=bucket, Key="none") == (404, "NoSuchKey")
    assert _refused(either.head_object, Bucket=bucket, Key="none") == (404, "404")


def test_objects_cannot_be_copied_from_a_bucket_that_is_not_there(s3: Any, bucket: str) -> None:
    assert _refused(s3.copy_object, Bucket=bucket, Key="k", CopySource="nowhere/k") == (403, "AccessDenied")


@pytest.mark.parametrize("size", [1, 100_000, 8 * MEBIBYTE])
def test_a_refused_upload_of_any_size_gets_its_403_and_not_a_broken_connection(
    s3: Any, other_bucket: str, size: int
) -> None:
    for _ in range(20):
        assert _refused(s3.put_object, Bucket=other_bucket, Key="k", Body=b"x" * size) == (403, "AccessDenied")


def test_a_refused_upload_by_a_client_that_asks_nothing_first_gets_its_403(
    state: State, s3: Any, other_bucket: str
) -> None:
    url = s3.generate_presigned_url("put_object", Params={"Bucket": other_bucket, "Key": "k"})
    assert _fetch(state, url, method="PUT", content=b"x" * 8 * MEBIBYTE).status_code == 403


def test_a_large_object_comes_back_whole(s3: Any, bucket: str) -> None:
    content = os.urandom(5 * MEBIBYTE)
    s3.put_object(Bucket=bucket, Key="large", Body=content)
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == content


def test_many_clients_at_a_time_are_served(state: State, storage: ObjectStorage, token: str, bucket: str) -> None:
    client = state.client(storage.endpoint, token)
    with ThreadPoolExecutor(16) as pool:
        for number in range(64):
            pool.submit(client.put_object, Bucket=bucket, Key=str(number), Body=b"x" * 50_000)
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 64


def test_objects_cannot_be_copied_out_of_another_bucket(
    state: State, storage: ObjectStorage, s3: Any, bucket: str, other_bucket: str
) -> None:
    storage.put_token("b" * 32, TOKEN_VALUE, [Grant(bucket=other_bucket, write=True)])
    state.client(storage.endpoint, "b" * 32).put_object(Bucket=other_bucket, Key="k", Body=b"secret")
    assert _refused(s3.copy_object, Bucket=bucket, Key="stolen", CopySource=f"{other_bucket}/k")[0] == 403


def test_a_token_lists_no_buckets_and_makes_none(s3: Any) -> None:
    assert s3.list_buckets()["Buckets"] == []
    assert _refused(s3.create_bucket, Bucket="mine-now") == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("put_bucket_policy", {"Policy": "{}"}),
        ("delete_bucket_policy", {}),
        ("delete_bucket_cors", {}),
        ("delete_bucket", {}),
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    ],
)
def test_a_token_cannot_change_the_bucket_itself(
    s3: Any, bucket: str, operation: str, arguments: dict[str, object]
) -> None:
    assert _refused(getattr(s3, operation), Bucket=bucket, **arguments)[0] == 403


def test_a_read_only_token_reads_and_does_not_write(state: State, storage: ObjectStorage, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"hello")
    storage.put_token("c" * 32, TOKEN_VALUE, [Grant(bucket=bucket, write=False)])
    reader = state.client(storage.endpoint, "c" * 32)
    assert reader.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"
    assert _refused(reader.put_object, Bucket=bucket, Key="k", Body=b"x") == (403, "AccessDenied")
    assert _refused(reader.delete_object, Bucket=bucket, Key="k") == (403, "AccessDenied")


def test_a_removed_token_ends_at_once(storage: ObjectStorage, s3: Any, bucket: str, token: str) -> None:
    s3.list_objects_v2(Bucket=bucket)
    storage.remove_token(token)
    assert _refused(s3.list_objects_v2, Bucket=bucket) == (403, "InvalidAccessKeyId")
    storage.remove_token(token)


def test_a_token_that_is_removed_under_way_is_an_unknown_key_from_then_on(
    state: State, storage: ObjectStorage, bucket: str, token: str
) -> None:
    client = state.client(storage.plain_endpoint, token)
    answers: list[object] = []
    gone = threading.Event()

    def ask() -> None:
        while not gone.is_set():
            try:
                client.list_objects_v2(Bucket=bucket)
            except ClientError as refused:
                answers.append(refused.response["Error"]["Code"])

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        storage.remove_token(token)
        gone.set()
    assert [each.exception() for each in asking] == [None] * 3
    assert _refused(client.list_objects_v2, Bucket=bucket) == (403, "InvalidAccessKeyId")
    assert set(answers) <= {"InvalidAccessKeyId"}


def test_changed_grants_hold_at_once(
    storage: ObjectStorage, s3: Any, bucket: str, other_bucket: str, token: str
) -> None:
    storage.put_token(token, TOKEN_VALUE, [Grant(bucket=other_bucket, write=False)])
    s3.list_objects_v2(Bucket=other_bucket)
    assert _refused(s3.list_objects_v2, Bucket=bucket)[0] == 403


def test_a_new_value_replaces_the_old_secret(
    state: State, storage: ObjectStorage, s3: Any, bucket: str, token: str
) -> None:
    storage.put_token(token, "rolled", [Grant(bucket=bucket, write=True)])
    state.client(storage.endpoint, token, "rolled").list_objects_v2(Bucket=bucket)
    assert _refused(s3.list_objects_v2, Bucket=bucket)[0] == 403


def test_a_bucket_made_after_a_token_for_every_bucket_is_its_too(state: State, storage: ObjectStorage) -> None:
    storage.put_token("d" * 32, TOKEN_VALUE, [Grant(bucket=None, write=True)])
    storage.put_bucket("later-bucket")
    state.client(storage.endpoint, "d" * 32).put_object(Bucket="later-bucket", Key="k", Body=b"x")
    storage.remove_token("d" * 32)


def test_a_preflight_is_answered_by_the_declared_rules(state: State, storage: ObjectStorage, bucket: str) -> None:
    rule = CorsRule(
        methods=(
            "GET",
            "PUT",
        ),
        origins=("https://app.example",),
        headers=("*",),
        max_age_s=600,
    )
    storage.set_cors(bucket, [rule])
    url = f"{storage.endpoint}/{bucket}/k"
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"}
    answer = _fetch(state, url, method="OPTIONS", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Max-Age"] == "600"


@pytest.mark.parametrize(
    "asked",
    [
        {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"},
        {"Origin": "https://app.example", "Access-Control-Request-Method": "DELETE"},
    ],
)
def test_a_preflight_from_elsewhere_or_for_more_is_refused(
    state: State, storage: ObjectStorage, bucket: str, asked: dict[str, str]
) -> None:
    storage.set_cors(bucket, [CorsRule(methods=("GET",), origins=("https://app.example",))])
    assert _fetch(state, f"{storage.endpoint}/{bucket}/k", method="OPTIONS", headers=asked).status_code == 403


def test_without_rules_there_is_no_cors(state: State, storage: ObjectStorage, bucket: str) -> None:
    storage.set_cors(bucket, [CorsRule(methods=("GET",), origins=("*",))])
    storage.set_cors(bucket, [])
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    answer = _fetch(state, f"{storage.endpoint}/{bucket}/k", method="OPTIONS", headers=asked)
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_endpoint_is_on_loopback_only(storage: ObjectStorage) -> None:
    assert urlsplit(storage.endpoint).hostname == "localhost"
    assert urlsplit(storage.plain_endpoint).hostname == "127.0.0.1"
