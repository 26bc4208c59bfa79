"""The bucket: the api's key puts, gets and deletes; other buckets, wrong keys and people without one are refused."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# boto3 comes without types.

from __future__ import annotations

import http.client
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
from botocore.config import Config

from ignition.verify.deployment import Deployment
from ignition.verify.result import Result, Subject
from ignition.verify.tls import get
from ignition.verify.vault import secrets_of_api

_BLOCKER: Final = "LATER-003"
_REFUSED: Final = {http.client.UNAUTHORIZED, http.client.FORBIDDEN}
_KEY, _SECRET = "STORAGE_ACCESS_KEY_ID", "STORAGE_SECRET_ACCESS_KEY"


def storage(deployment: Deployment) -> Iterator[Result]:
    """Everything about the bucket."""
    yield _anonymous(deployment)
    works = Subject(_BLOCKER, "put, get and delete with the api's key")
    values = secrets_of_api(deployment, _KEY, _SECRET)
    if values is None:
        yield (
            works.failed("the api's key cannot be read", "see the results of LATER-002")
            if deployment.local
            else works.not_asked("the api alone may read its key", "the api's /health/ready, or its log, shows storage")
        )
        return
    bucket = str(deployment.outputs["storage"]["bucket"])
    client = _client(deployment, values[_KEY], values[_SECRET])
    stranger = _client(deployment, secrets.token_hex(16), secrets.token_hex(32))
    try:
        yield _round_trip(works, client, bucket)
        yield _refused("key is for one bucket", lambda: client.list_objects_v2(Bucket=f"{bucket}-other", MaxKeys=1))
        yield _refused("wrong key refused", lambda: stranger.list_objects_v2(Bucket=bucket, MaxKeys=1))
    finally:
        client.close()
        stranger.close()


def _client(deployment: Deployment, key: str, secret: str) -> Any:
    config = Config(
        connect_timeout=5,
        read_timeout=10,
        retries={"total_max_attempts": 2},
        s3={"addressing_style": "path"},
        proxies={},
    )
    return boto3.client(
        "s3",
        endpoint_url=str(deployment.outputs["storage"]["endpoint"]),
        region_name="auto",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
        verify=deployment.ca_file,
    )


def _round_trip(subject: Subject, client: Any, bucket: str) -> Result:
    key, written = f"verify/{secrets.token_hex(8)}", secrets.token_bytes(64)
    try:
        client.put_object(Bucket=bucket, Key=key, Body=written)
        try:
            read = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        finally:
            client.delete_object(Bucket=bucket, Key=key)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        return subject.failed(str(error), "deploy again; docs/runbooks/rotate-r2-token.md makes a new key")
    if read != written:
        return subject.failed("what was read is not what was written", "look at the bucket at Cloudflare")
    return subject.passed(f"{len(written)} bytes in {bucket}")


def _refused(what: str, call: Callable[[], object]) -> Result:
    subject = Subject(_BLOCKER, what)
    try:
        call()
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status in _REFUSED:
            return subject.passed(f"{error.response['Error'].get('Code')}, status {status}")
        return subject.failed(f"status {status} instead of a refusal", "look at the token's policies at Cloudflare")
    except botocore.exceptions.BotoCoreError as error:
        return subject.failed(str(error), "check the endpoint")
    return subject.failed("it was let in", "look at the token's policies at Cloudflare")


def _anonymous(deployment: Deployment) -> Result:
    subject = Subject(_BLOCKER, "bucket is private")
    endpoint, bucket = urlsplit(str(deployment.outputs["storage"]["endpoint"])), deployment.outputs["storage"]["bucket"]
    plain, host = endpoint.scheme == "http", endpoint.hostname or ""
    try:
        answer = get(
            host,
            (host, endpoint.port or (80 if plain else 443)),
            f"/{bucket}?list-type=2",
            plain=plain,
            ca_file=deployment.ca_file,
        )
    except OSError as error:
        return subject.failed(f"{host} does not answer ({error})", "check the endpoint")
    if http.client.BAD_REQUEST <= answer.status < http.client.INTERNAL_SERVER_ERROR:
        return subject.passed(f"status {answer.status} without a key")
    return subject.failed(f"status {answer.status} without a key", "remove the bucket's public access at Cloudflare")
