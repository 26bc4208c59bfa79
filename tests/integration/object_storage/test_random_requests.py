"""
Bytes that no client sends: what the front and the gateway might read differently, put together at random.

The bucket is open to everybody, so that no signature stands in the way; only lists of keys to delete have to be signed.
`IGNITION_REQUESTS` sends more of them.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import random
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local_cloud.services.object_storage.backend.storage import ObjectStorage, secret_access_key
from tests.integration.object_storage.conftest import TOKEN_VALUE

_REQUESTS = int(os.environ.get("IGNITION_REQUESTS", "400"))
_DOTS = ("..", "../", "%2e%2e", "%2E.", "%252e%252e", "..;", "..%00", "..%c0%af", "%u002e", ".", ".sgwtmp")
_SLASHES = ("/", "//", "%2f", "%2F", "%252f", "\\", "%5c")
_REST = (
    "?",
    "&",
    "=",
    "#",
    "%23",
    "+",
    "%20",
    ";",
    "*",
    "@",
    "http://localhost/",
    "\t",
    "%0a",
    "uploads",
    "versionId=",
)
_NAMES = (
    *("?uploadId=", "&uploadId=", "?x&uploadId=", "??uploadId=", "?x=1;uploadId=", "?uploadId%3d", "?uploadId[]="),
    *(
        "?partNumber=7&uploadId=",
        "?partNumber=7&upload%49d=",
        "?uploadId=&uploadId=",
        "?+uploadId=",
        "?delete&uploadId=",
    ),
)
_DELETES = ("?delete", "/?delete", "?delete=", "?Delete", "?x&delete", "/k?delete", "//?delete", "%2f?delete")
_MARKUP = ("&#46;", "&#x2e;", "&amp;", "<x/>", "<!-- -->", "<![CDATA[..]]>", "\n", "&#0;")
_LISTS = (
    "<Delete><Object><Key>{}</Key></Object></Delete>",
    "<?xml version='1.0'?><Delete><Object><Key>k</Key><Key>{}</Key></Object></Delete>",
    "<Delete xmlns:a='b'><a:Object><a:Key>{}</a:Key></a:Object></Delete>",
    "<Delete><Object><key>{}</key></Object></Delete>",
    "<Any><Object><Key>{}</Key></Object></Any>",
    "\ufeff<Delete><Object><Key>{}</Key></Object></Delete>",
    "<Delete><Object><Key>k</Key><VersionId>{}</VersionId></Object></Delete>",
    " <Delete><Object><Key>{}</Key></Object></Delete><Delete/>",
)


class Requests:
    """
    Makes requests about one bucket that might lead to another.

    Args:
        seed: the same one makes the same requests.
        mine: the bucket.
        other: the other one.
        credentials: may write to `mine`.
    """

    def __init__(self, seed: int, mine: str, other: str, credentials: Credentials) -> None:
        self._credentials = credentials
        self._random = random.Random(seed)  # noqa: S311  not for secrets
        self._mine = mine
        self._names = (other, mine, "k", "7", "neighbour", "file")
        self._ways = (f"../../../../{other}", f"..%2f..%2f..%2f..%2f{other}", "../../../../../neighbour")

    def next(self) -> bytes:
        """The next one, as bytes."""
        method = self._random.choice(("PUT", "DELETE", "POST", "GET", "HEAD", "put"))
        if method == "POST" and self._random.random() < 0.7:
            target = f"/{self._mine}{self._random.choice(_DELETES)}"
            key = self._some(6, (*_DOTS, "/", *self._names, *_MARKUP))
            if self._random.random() < 0.5:
                key = f"{self._random.choice(('..', '&#46;.', '.&#x2e;', 'a/../..'))}/{self._names[0]}/{self._random.choice('k7')}"
            body = self._random.choice(_LISTS).format(key).encode()
            return self._whole(method, target, body, self._signed(target, body))
        target = f"/{self._random.choice((self._mine, self._names[0], ''))}/"
        target += self._some(7, (*_DOTS, *_SLASHES, *_REST, *self._names))
        if self._random.random() < 0.6:
            target += self._random.choice(_NAMES) + self._random.choice(self._ways)
        return self._whole(method, target, b"bad")

    def _signed(self, target: str, body: bytes) -> list[str]:
        request = AWSRequest("POST", f"http://localhost{target}", data=body)
        request.headers["Content-MD5"] = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        request.headers["X-Amz-Content-Sha256"] = hashlib.sha256(body).hexdigest()
        S3SigV4Auth(self._credentials, "s3", "auto").add_auth(request)
        return [f"{name}: {value}" for name, value in request.headers.items()]

    def _whole(self, method: str, target: str, body: bytes, headers: Sequence[str] = ()) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: keep-alive", *headers]
        if self._random.random() < 0.2:
            source = self._some(5, (self._mine, *_DOTS, *_SLASHES, *self._names, "?versionId="))
            lines.append(f"X-Amz-Copy-Source: {source}")
        if self._random.random() < 0.1:
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        else:
            lines.append(f"Content-Length: {len(body)}")
        second = f"DELETE /{self._mine}/k?uploadId={self._ways[0]} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        return "\r\n".join([*lines, "", ""]).encode() + body + second.encode()

    def _some(self, most: int, among: tuple[str, ...]) -> str:
        return "".join(self._random.choices(among, k=self._random.randint(1, most)))


def _answer(port: int, request: bytes) -> bytes:
    answer = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(request)
        with contextlib.suppress(ConnectionResetError):
            while data := client.recv(65536):
                answer += data
    return bytes(answer)


def _elsewhere(storage: ObjectStorage, mine: str) -> dict[str, bytes | None]:
    """Everything below the storage's directory that is not the bucket's."""
    return {
        str(path): path.read_bytes() if path.is_file() else None
        for path in storage.directory.rglob("*")
        if path.suffix not in {".log", ".sock"} and not {mine, ".vgwlocks"} & set(path.parts)
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_no_request_leads_out_of_its_bucket(
    storage: ObjectStorage, bucket: str, other_bucket: str, token: str, seed: int
) -> None:
    everywhere = storage._client
    for key in ("k", "7"):
        everywhere.put_object(Bucket=other_bucket, Key=key, Body=b"secret")
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources}
    credentials = Credentials(token, secret_access_key(TOKEN_VALUE))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    everywhere.put_bucket_policy(Bucket=bucket, Policy=policy)
    (storage.directory / "neighbour").mkdir(exist_ok=True)
    (storage.directory / "neighbour" / "file").write_text("kept")
    port = urlsplit(storage.plain_endpoint).port
    assert port is not None
    before = _elsewhere(storage, bucket)
    requests = Requests(seed, bucket, other_bucket, credentials)
    for number in range(_REQUESTS):
        request = requests.next()
        assert b"secret" not in _answer(port, request), request
        if number % 20 == 0:
            assert _elsewhere(storage, bucket) == before, request
    assert _elsewhere(storage, bucket) == before
