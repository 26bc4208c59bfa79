"""
The answer that a client gets to a request that went on to the S3 gateway.

The gateway says 404 of a bucket that is not there before it asks who may know, and has no setting for that; R2 says 403, since
a token has no right to a bucket that it does not name, there or not. So that one answer is exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from local_cloud.services.object_storage.backend.admission import Refusal
from local_cloud.services.object_storage.backend.rules import BUCKET_NAME

_NO_BUCKET: Final = b"<Code>NoSuchBucket</Code>"
_DENIED: Final = Refusal("403 Forbidden", "AccessDenied", "Access Denied.")


class Answer:
    """
    What a client gets: the gateway's answer, or a 403 where that one says that there is no such bucket.

    The gateway closes every connection after one request, so there is one answer to look at.

    Args:
        method: the request's.
        path: the request's, percent-encoded.
        exists: whether there is a bucket of a name; the answer to a HEAD has no body that would tell.
    """

    def __init__(self, method: str, path: str, exists: Callable[[str], bool]) -> None:
        self._method = method
        self._path = path
        self._exists = exists
        self._held = bytearray()
        self._passes = False

    def given(self, data: bytes) -> bytes:
        """
        What of the gateway's answer goes on to the client now.

        Args:
            data: what came; nothing at the end of the answer.
        """
        if self._passes:
            return data
        self._held += data
        passed = bytearray()
        # 100 Continue comes before the answer itself.
        while self._held.startswith(b"HTTP/1.1 1") and b"\r\n\r\n" in self._held:
            end = self._held.index(b"\r\n\r\n") + 4
            passed += self._held[:end]
            del self._held[:end]
        whole = not data
        if whole or (len(self._status) == 3 and self._status != b"404" and not self._status.startswith(b"1")):
            self._passes = True
            passed += _DENIED.encoded(self._method) if whole and self._names_no_bucket() else self._held
            self._held.clear()
        return bytes(passed)

    def _names_no_bucket(self) -> bool:
        if self._status != b"404":
            return False
        if self._method != "HEAD":
            return _NO_BUCKET in self._held
        bucket = unquote(self._path.lstrip("/").partition("/")[0])
        return bool(bucket) and not (re.fullmatch(BUCKET_NAME, bucket) and self._exists(bucket))

    @property
    def _status(self) -> bytes:
        return bytes(self._held[9:12])
