"""
Which requests go on to the S3 gateway: what it would take for a path outside the bucket is refused here.

versitygw 1.8.0 joins `uploadId` and the keys of a DeleteObjects request to the path of a bucket's folder without a check, so that
`../` leads to other buckets and out of its data directory. The other places where a path could be given are checked by the
gateway as well; they are checked here too, so that a later version of it cannot lose that unnoticed.

Nothing here asks who sends a request: signatures and policies are the gateway's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from local_cloud.services.object_storage.backend.request_head import RequestHead

MOST_DELETE_BYTES: Final = 2 * 1024 * 1024
"""Room for the 1000 keys of 1024 bytes that a DeleteObjects request may name, and their markup."""

_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})
_UPLOAD: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PART: Final = re.compile(r"[0-9]{1,5}")
# A ULID, or `null` for an object that was put without versioning.
_VERSION: Final = re.compile(r"null|[0-9A-Z]{26}|")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_MOST_ENCODINGS: Final = 4
# The last one is where the gateway keeps the parts of unfinished uploads, in every bucket's folder.
_RESERVED: Final = frozenset({".", "..", ".sgwtmp"})
_DELETE_FIELDS: Final = frozenset({"Key", "VersionId", "ETag", "LastModifiedTime", "Size"})
# Where the gateway's XML parser and ours could disagree. No client sends them.
_MARKUP: Final = re.compile(rb"<!|<\?(?!xml )")


@dataclass(frozen=True)
class Refusal:
    """
    An answer in the place of the gateway's.

    Attributes:
        code: S3's error code.
    """

    status: str
    code: str
    message: str

    def encoded(self, method: str) -> bytes:
        """The whole answer; the one to a HEAD has no body."""
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{escape(self.message)}</Message></Error>"
        ).encode()
        head = (
            f"HTTP/1.1 {self.status}\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + (b"" if method == "HEAD" else body)


def malformed(message: str) -> Refusal:
    """The answer to what is not a request that S3 knows."""
    return Refusal("400 Bad Request", "InvalidRequest", message)


class Admission:
    """
    What one front lets pass.

    Args:
        names: the host names that it answers to, without a port; `*.example` stands for every name directly below.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def refusal(self, head: RequestHead) -> Refusal | None:
        """The answer to a request that does not pass, as far as its head tells."""
        checks: tuple[Callable[[RequestHead], Refusal | None], ...] = (
            self._of_host,
            _of_method,
            _of_path,
            _of_query,
            _of_copy_source,
            _of_post,
        )
        return next((refusal for check in checks if (refusal := check(head))), None)

    def _of_host(self, head: RequestHead) -> Refusal | None:
        """A page of a foreign name that resolves to loopback (DNS rebinding) has that name in `Host`."""
        hosts = head.values("host")
        name = re.sub(r":[0-9]{1,5}$", "", hosts[0].lower()) if len(hosts) == 1 else ""
        if name in self._names or f"*.{name.partition('.')[2]}" in self._names:
            return None
        return malformed(f"Host {', '.join(hosts) or 'none'} is not a name of this server; use localhost or 127.0.0.1")


def deletes_many(head: RequestHead) -> bool:
    """Whether a request is a DeleteObjects, whose keys are in its body."""
    return head.method == "POST" and "delete" in _names(head)


def delete_refusal(body: bytes) -> Refusal | None:
    """The answer to a DeleteObjects request whose keys or version ids lead elsewhere, or whose XML is not plain."""
    if _MARKUP.search(body):
        return _malformed_xml("declarations, comments, CDATA sections and processing instructions are not accepted")
    try:
        root = ET.fromstring(body)  # noqa: S314  declarations are refused above, so no entities
    except (ET.ParseError, ValueError, LookupError) as error:
        return _malformed_xml(str(error))
    for element in root:
        if _name(element) == "Quiet" and not len(element):
            continue
        if _name(element) != "Object" or any(_name(field) not in _DELETE_FIELDS or len(field) for field in element):
            return _malformed_xml("an Object has a Key and may have VersionId, ETag, LastModifiedTime and Size")
        for field in element:
            text = field.text or ""
            if _name(field) == "Key" and _leads_elsewhere(text):
                return _bad_key(text)
            if _name(field) == "VersionId" and not _VERSION.fullmatch(text):
                return _bad_version(text)
    return None


def _of_method(head: RequestHead) -> Refusal | None:
    if head.method in _METHODS:
        return None
    return Refusal("405 Method Not Allowed", "MethodNotAllowed", f"{head.method} is not a method of S3")


def _of_path(head: RequestHead) -> Refusal | None:
    # The gateway would read a host after `//`, and its fragment is not ours.
    if not head.path.startswith("/") or head.path.startswith("//") or "#" in head.target:
        return malformed("a request's target is /BUCKET/KEY, without a host and without a fragment")
    return _bad_key(unquote(head.path)) if _leads_elsewhere(head.path) else None


def _of_query(head: RequestHead) -> Refusal | None:
    for name, value in head.query:
        match name.lower():
            case "uploadid" if not _UPLOAD.fullmatch(value):
                message = "The specified multipart upload does not exist."
                return Refusal("404 Not Found", "NoSuchUpload", message)
            case "partnumber" if not _PART.fullmatch(value):
                return Refusal("400 Bad Request", "InvalidArgument", f"{value!r} is not a part number")
            case "versionid" if not _VERSION.fullmatch(value):
                return _bad_version(value)
            case _:
                pass
    return None


def _of_copy_source(head: RequestHead) -> Refusal | None:
    for source in head.values("x-amz-copy-source"):
        path, _, version = source.partition("?versionId=")
        if _leads_elsewhere(path):
            return _bad_key(unquote(path))
        if not _VERSION.fullmatch(version):
            return _bad_version(version)
    return None


def _of_post(head: RequestHead) -> Refusal | None:
    if head.method != "POST":
        return None
    if _is_form(head) or not _names(head) & {"delete", "uploads", "uploadid"}:
        message = "R2 has no uploads by HTML forms and no queries of objects; presign a PUT in the place of a form."
        return Refusal("501 Not Implemented", "NotImplemented", message)
    if not deletes_many(head):
        return None
    if head.body_length is None or head.body_length > MOST_DELETE_BYTES or _is_encoded(head):
        return _malformed_xml(
            f"DeleteObjects takes plain XML of at most {MOST_DELETE_BYTES} bytes, with a Content-Length"
        )
    return None


def _names(head: RequestHead) -> set[str]:
    return {name.lower() for name, _ in head.query}


def _is_form(head: RequestHead) -> bool:
    return any("multipart/form-data" in value.lower() for value in head.values("content-type"))


def _is_encoded(head: RequestHead) -> bool:
    streamed = any(value.startswith("STREAMING-") for value in head.values("x-amz-content-sha256"))
    return streamed or bool(head.values("content-encoding"))


def _leads_elsewhere(path: str) -> bool:
    """Whether a path has a reserved segment or a control character, however often it was percent-encoded."""
    for _ in range(_MOST_ENCODINGS):
        if _CONTROL.search(path) or _RESERVED & set(path.split("/")):
            return True
        decoded = unquote(path, encoding="latin-1")
        if decoded == path:
            return False
        path = decoded
    return True


def _bad_key(key: str) -> Refusal:
    reserved = ", ".join(sorted(_RESERVED))
    message = f"The key {key!r} is not valid here: no segment may be one of {reserved}, and it may have no control characters."
    return Refusal("400 Bad Request", "InvalidArgument", message)


def _bad_version(version: str) -> Refusal:
    return Refusal("400 Bad Request", "InvalidArgument", f"{version!r} is not a version id")


def _malformed_xml(message: str) -> Refusal:
    return Refusal("400 Bad Request", "MalformedXML", message)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
