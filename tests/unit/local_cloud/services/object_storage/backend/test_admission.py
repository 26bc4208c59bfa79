"""What reaches the S3 gateway: nothing that it could take for a path outside the bucket, and nothing from a foreign name."""

from __future__ import annotations

import pytest

from local_cloud.services.object_storage.backend.admission import (
    MOST_DELETE_BYTES,
    Admission,
    Refusal,
    delete_refusal,
    deletes_many,
)
from local_cloud.services.object_storage.backend.request_head import RequestHead

UPLOAD = "f5958c1e-78fa-4a64-aa1b-bcc4bba3eae1"
VERSION = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
ADMISSION = Admission(["localhost", "127.0.0.1", "*.acc.r2.cloudflarestorage.com", "acc.r2.cloudflarestorage.com"])


def _head(method: str, target: str, **headers: str) -> RequestHead:
    given = {"host": "localhost:1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return RequestHead(method, target, "1.1", tuple((name.encode(), value.encode()) for name, value in given.items()))


def _refusal(method: str, target: str, **headers: str) -> Refusal | None:
    return ADMISSION.refusal(_head(method, target, **headers))


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/"),
        ("GET", "/media"),
        ("GET", "/media?list-type=2&prefix=a%2F&start-after=..%2Fb"),
        ("PUT", "/media/a/b%20c//d..e/...%2F.hidden"),
        ("GET", "/media/100%25"),
        ("GET", "/media/k?versionId=null"),
        ("GET", f"/media/k?versionId={VERSION}"),
        ("POST", "/media/k?uploads"),
        ("POST", f"/media/k?uploadId={UPLOAD}"),
        ("PUT", f"/media/k?partNumber=10000&uploadId={UPLOAD}"),
        ("DELETE", f"/media/k?uploadId={UPLOAD}"),
        ("OPTIONS", "/media/k"),
    ],
)
def test_what_clients_send_passes(method: str, target: str) -> None:
    assert _refusal(method, target) is None


@pytest.mark.parametrize(
    "upload",
    [
        "",
        "..",
        "../../../../other",
        "%2e%2e%2fother",
        f"{UPLOAD}/..",
        f"{UPLOAD}%00",
        f"..%2F{UPLOAD}",
        UPLOAD.upper(),
        "x",
    ],
)
@pytest.mark.parametrize("name", ["uploadId", "upload%49d", "uploadid"])
def test_only_a_uuid_names_an_upload(upload: str, name: str) -> None:
    for method in ("DELETE", "POST", "GET", "PUT"):
        refused = _refusal(method, f"/media/k?partNumber=1&{name}={upload}")
        assert refused is not None, method
        assert (refused.status, refused.code) == ("404 Not Found", "NoSuchUpload")


def test_every_upload_id_of_a_query_is_checked() -> None:
    assert _refusal("DELETE", f"/media/k?uploadId={UPLOAD}&uploadId=..") is not None
    assert _refusal("DELETE", f"/media/k?uploadId=..&uploadId={UPLOAD}") is not None


@pytest.mark.parametrize(
    "target",
    [
        "/..",
        "/media/..",
        "/media/../other/k",
        "/media/a/./b",
        "/media/%2e%2e/other/k",
        "/media/%2E./other/k",
        "/media/..%2Fother%2Fk",
        "/media%2F..%2Fother/k",
        "/media/%252e%252e/other/k",
        "/media/%25252e%25252e/other/k",
        "/media/%2525252525252e./k",
        "/media/k%00",
        "/media/k%0a",
        "/media/.sgwtmp/multipart/a/b/1",
        "/media/%2Esgwtmp/multipart/a/b/1",
    ],
)
def test_a_key_with_a_segment_that_leads_elsewhere_is_refused(target: str) -> None:
    refused = _refusal("PUT", target)
    assert refused is not None
    assert (refused.status, refused.code) == ("400 Bad Request", "InvalidArgument")


@pytest.mark.parametrize("target", ["//other/media/k", "http://localhost/media/k", "*", "/media/k#?uploadId=x"])
def test_a_target_with_a_host_or_a_fragment_is_refused(target: str) -> None:
    assert _refusal("GET", target) is not None


@pytest.mark.parametrize("part", ["", "..", "1/..", "-1", "123456", "1%00"])
def test_only_digits_number_a_part(part: str) -> None:
    assert _refusal("PUT", f"/media/k?uploadId={UPLOAD}&partNumber={part}") is not None


@pytest.mark.parametrize("version", ["..", "../k", "%2e%2e%2fk", VERSION.lower(), f"{VERSION}%2F.."])
def test_only_a_ulid_names_a_version(version: str) -> None:
    assert _refusal("GET", f"/media/k?versionId={version}") is not None


@pytest.mark.parametrize("source", ["media/k", "/media/k", "media/a%20b", f"media/k?versionId={VERSION}"])
def test_a_copy_of_a_plain_key_passes(source: str) -> None:
    assert _refusal("PUT", "/media/copy", x_amz_copy_source=source) is None


@pytest.mark.parametrize(
    "source",
    [
        "media/../other/k",
        "media/%2e%2e/other/k",
        "media/%252e%252e/other/k",
        "media/..%2Fother/k",
        "media/k?versionId=../other",
    ],
)
def test_a_copy_from_elsewhere_is_refused(source: str) -> None:
    assert _refusal("PUT", "/media/copy", x_amz_copy_source=source) is not None


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1:1", "media.acc.r2.cloudflarestorage.com"])
def test_its_own_names_are_answered(host: str) -> None:
    assert _refusal("GET", "/media", host=host) is None


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:9000",
        "localhost.attacker.example",
        "a.b.acc.r2.cloudflarestorage.com",
        "",
        "0.0.0.0",
    ],
)
def test_a_foreign_name_is_refused(host: str) -> None:
    refused = _refusal("GET", "/media", host=host)
    assert refused is not None
    assert "is not a name of this server; use localhost or 127.0.0.1" in refused.message


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "get"])
def test_other_methods_are_refused(method: str) -> None:
    refused = _refusal(method, "/list-users")
    assert refused is not None
    assert refused.status.startswith("405")


@pytest.mark.parametrize("target", ["/media", "/media/", "/media/k", "/media/k?select&select-type=2"])
def test_a_form_is_not_implemented_as_at_r2(target: str) -> None:
    refused = _refusal("POST", target)
    assert refused is not None
    assert refused.status.startswith("501")


def test_a_form_is_not_implemented_whatever_its_query_says() -> None:
    refused = _refusal("POST", "/media?uploads", content_type="Multipart/Form-Data; boundary=x")
    assert refused is not None
    assert refused.status.startswith("501")


def _delete(*keys: str, more: str = "") -> bytes:
    objects = "".join(f"<Object><Key>{key}</Key>{more}</Object>" for key in keys)
    return f'<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{objects}<Quiet>true</Quiet></Delete>'.encode()


@pytest.mark.parametrize("target", ["/media?delete", "/media/?delete=", "/media/k?delete", "/media%2F?x&delete"])
def test_a_request_to_delete_many_is_known_wherever_it_points(target: str) -> None:
    assert deletes_many(_head("POST", target))
    assert not deletes_many(_head("GET", target))


@pytest.mark.parametrize("keys", [("k",), ("a/b", "c d", "..e", "f...", "&lt;&amp;")])
def test_plain_keys_may_be_deleted(keys: tuple[str, ...]) -> None:
    assert delete_refusal(_delete(*keys)) is None
    assert delete_refusal(_delete(*keys, more=f"<VersionId>{VERSION}</VersionId>")) is None


@pytest.mark.parametrize(
    "key",
    ["../other/k", "a/../../other/k", "&#46;./other/k", "&#x2e;&#x2E;/other/k", "%2e%2e/other/k", ".sgwtmp/x", ".."],
)
def test_a_key_that_leads_elsewhere_may_not_be_deleted(key: str) -> None:
    refused = delete_refusal(_delete("k", key))
    assert refused is not None
    assert refused.code == "InvalidArgument"


@pytest.mark.parametrize(
    "key",
    [
        ".<![CDATA[.]]>/other/k",
        ".<!-- -->./other/k",
        ".<?x y?>./other/k",
        ".<Key/>./other/k",
        "k</Key><Key>../other/k",
        "k</Key><Name>x</Name><Key>y",
    ],
)
def test_xml_that_two_parsers_could_read_differently_is_refused(key: str) -> None:
    assert delete_refusal(_delete(key)) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Delete>",
        b'<!DOCTYPE d [<!ENTITY e "..">]><Delete><Object><Key>&e;/k</Key></Object></Delete>',
        _delete("../other/k").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        b'<?xml version="1.0" encoding="nonsense"?><Delete/>',
        b"<Delete><Objects><Key>../k</Key></Objects></Delete>",
        b"<Delete><Quiet><Object><Key>../k</Key></Object></Quiet></Delete>",
    ],
)
def test_what_is_not_a_plain_list_of_keys_is_refused(body: bytes) -> None:
    assert delete_refusal(body) is not None


def test_a_version_id_in_a_list_of_keys_is_checked() -> None:
    assert delete_refusal(_delete("k", more="<VersionId>../other/k</VersionId>")) is not None


@pytest.mark.parametrize(
    "headers",
    [
        {"content_length": str(MOST_DELETE_BYTES + 1)},
        {"transfer_encoding": "chunked"},
        {"content_length": "10", "content_encoding": "aws-chunked"},
        {"content_length": "10", "x_amz_content_sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
    ],
)
def test_a_list_of_keys_that_cannot_be_read_first_is_refused(headers: dict[str, str]) -> None:
    refused = _refusal("POST", "/media?delete", **headers)
    assert refused is not None
    assert refused.code == "MalformedXML"


def test_an_answer_tells_its_length_and_has_no_body_for_a_head() -> None:
    refused = Refusal("400 Bad Request", "InvalidArgument", "<k> & more")
    head, _, body = refused.encoded("GET").partition(b"\r\n\r\n")
    assert body.endswith(b"<Message>&lt;k&gt; &amp; more</Message></Error>")
    assert f"Content-Length: {len(body)}".encode() in head
    assert refused.encoded("HEAD") == head + b"\r\n\r\n"
