"""What pages in a browser can do with the storage: what the bucket's CORS rules allow, and nothing by a foreign name."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from local_cloud.services.object_storage.backend.rules import CorsRule
from local_cloud.services.object_storage.backend.storage import ObjectStorage
from tests.integration.object_storage.conftest import State

APP, EVIL = "https://app.example", "https://evil.example"
RULE = CorsRule(
    methods=("GET", "PUT"), origins=(APP,), headers=("content-type",), expose_headers=("ETag",), max_age_s=60
)


class Browser:
    """
    A page of an origin, as the Fetch standard has a browser send its requests.

    Args:
        origin: the page's.
    """

    def __init__(self, state: State, origin: str) -> None:
        self._origin = origin
        self._context = ssl.create_default_context(cafile=state.ca.ca_file)

    def fetch(self, method: str, url: str, *, content: bytes | None = None) -> httpx.Response | None:
        """The answer that the page's script may read; None where the browser keeps it back."""
        if method not in {"GET", "HEAD", "POST"}:
            asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type"}
            preflight = self._send("OPTIONS", url, asked)
            allowed = preflight.headers.get("Access-Control-Allow-Methods", "")
            if not (preflight.is_success and self._may_read(preflight) and method in allowed):
                return None
        answer = self._send(method, url, {"Content-Type": "text/plain"} if content else {}, content)
        return answer if self._may_read(answer) else None

    def send(self, method: str, url: str, *, host: str) -> httpx.Response:
        """A request to a name that resolves to loopback, which is of the same origin for the browser."""
        return self._send(method, url, {"Host": host})

    def _send(self, method: str, url: str, headers: dict[str, str], content: bytes | None = None) -> httpx.Response:
        sent = {"Origin": self._origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", **headers}
        return httpx.request(method, url, headers=sent, content=content, verify=self._context, trust_env=False)

    def _may_read(self, answer: httpx.Response) -> bool:
        return answer.headers.get_list("Access-Control-Allow-Origin") in ([self._origin], ["*"])


def _url(s3: Any, operation: str, bucket: str, key: str = "k") -> str:
    return s3.generate_presigned_url(operation, Params={"Bucket": bucket, "Key": key}, ExpiresIn=60)


@pytest.fixture
def client(request: pytest.FixtureRequest, state: State, storage: ObjectStorage, token: str) -> Any:
    return state.client(getattr(storage, request.param), token)


either = pytest.mark.parametrize("client", ["endpoint", "plain_endpoint"], indirect=True)


@either
def test_a_page_of_an_allowed_origin_uploads_and_reads(
    state: State, storage: ObjectStorage, client: Any, bucket: str
) -> None:
    storage.set_cors(bucket, [RULE])
    app = Browser(state, APP)
    put = app.fetch("PUT", _url(client, "put_object", bucket), content=b"hello")
    assert put is not None
    assert put.status_code == 200
    got = app.fetch("GET", _url(client, "get_object", bucket))
    assert got is not None
    assert got.content == b"hello"
    assert "ETag" in got.headers["Access-Control-Expose-Headers"]


@either
def test_a_page_of_another_origin_reads_nothing_and_its_upload_is_not_sent(
    state: State, storage: ObjectStorage, client: Any, bucket: str
) -> None:
    storage.set_cors(bucket, [RULE])
    client.put_object(Bucket=bucket, Key="k", Body=b"hello")
    evil = Browser(state, EVIL)
    assert evil.fetch("GET", _url(client, "get_object", bucket)) is None
    assert evil.fetch("PUT", _url(client, "put_object", bucket), content=b"bad") is None
    assert client.get_object(Bucket=bucket, Key="k")["Body"].read() == b"hello"


@either
def test_without_rules_no_page_reads_anything(state: State, storage: ObjectStorage, client: Any, bucket: str) -> None:
    client.put_object(Bucket=bucket, Key="k", Body=b"hello")
    for origin in (APP, EVIL, "null"):
        page = Browser(state, origin)
        assert page.fetch("GET", _url(client, "get_object", bucket)) is None
        assert page.fetch("PUT", _url(client, "put_object", bucket), content=b"bad") is None


@either
def test_no_page_reads_an_error(state: State, storage: ObjectStorage, client: Any, bucket: str) -> None:
    storage.set_cors(bucket, [RULE])
    evil = Browser(state, EVIL)
    for url in (
        _url(client, "get_object", bucket, "none"),
        _url(client, "get_object", "nowhere"),
        f"{_url(client, 'get_object', bucket)}&uploadId=..",
    ):
        assert evil.fetch("GET", url) is None


@either
@pytest.mark.parametrize(
    "host", ["rebound.evil.example", "rebound.evil.example:{port}", "localhost.evil.example:{port}"]
)
def test_a_foreign_name_that_resolves_to_loopback_is_refused(
    state: State, storage: ObjectStorage, client: Any, bucket: str, host: str
) -> None:
    storage.set_cors(bucket, [CorsRule(methods=("GET",), origins=("*",))])
    client.put_object(Bucket=bucket, Key="k", Body=b"hello")
    url = httpx.URL(_url(client, "get_object", bucket))
    refused = Browser(state, EVIL).send("GET", str(url), host=host.format(port=url.port))
    assert refused.status_code == 400
    assert "is not a name of this server" in refused.text
    assert "Access-Control-Allow-Origin" not in refused.headers
