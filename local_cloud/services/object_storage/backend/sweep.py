"""
Makes time pass for objects: lifecycle rules end them, lock rules hold them.

The gateway knows no lifecycle rules, and holds objects one by one rather than by prefix, so both are done here. A
new object under a locked prefix is held from the next sweep on, about a second later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local_cloud.services.object_storage.backend.record import Bucket
from local_cloud.services.object_storage.backend.rules import LockRule


@dataclass(frozen=True)
class Swept:
    """What a sweep did, as `bucket/key`."""

    deleted: Sequence[str] = ()
    aborted: Sequence[str] = ()


@dataclass
class Sweeper:
    """
    Sweeps through buckets.

    Attributes:
        client: a boto3 S3 client with the operator's rights.
    """

    client: Any
    _held: dict[str, dict[str, datetime]] = field(default_factory=dict[str, dict[str, datetime]])

    def lifecycle(self, buckets: Iterable[Bucket], now: datetime) -> Swept:
        """Delete objects and give up uploads whose time is over; what is held stays."""
        deleted: list[str] = []
        aborted: list[str] = []
        for bucket in buckets:
            if not bucket.lifecycle:
                continue
            for key, modified in self._objects(bucket.name):
                ended = any(rule.ends_object(key, modified, now) for rule in bucket.lifecycle)
                if ended and self._delete(bucket.name, key):
                    deleted.append(f"{bucket.name}/{key}")
            for key, upload, initiated in self._uploads(bucket.name):
                if any(rule.ends_upload(key, initiated, now) for rule in bucket.lifecycle):
                    self.client.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=upload)
                    aborted.append(f"{bucket.name}/{key}")
        return Swept(deleted, aborted)

    def hold(self, bucket: Bucket, now: datetime, *, everything: bool = False) -> None:
        """
        Hold what is locked and let go of what is not any more.

        Args:
            bucket: whose objects.
            now: the time.
            everything: also let go of what this sweeper does not remember holding.
        """
        held = self._held.setdefault(bucket.name, {})
        seen = dict(self._objects(bucket.name))
        for key, modified in seen.items():
            locked = _locked(bucket.locks, key, modified, now)
            if locked and held.get(key) != modified:
                self._set_hold(bucket.name, key, on=True)
                held[key] = modified
            elif not locked and (everything or key in held):
                self._set_hold(bucket.name, key, on=False)
                held.pop(key, None)
        for gone in held.keys() - seen.keys():
            del held[gone]

    def abort_uploads(self, bucket: str) -> None:
        """Give up every unfinished upload of a bucket."""
        for key, upload, _ in self._uploads(bucket):
            self.client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)

    def _objects(self, bucket: str) -> Iterator[tuple[str, datetime]]:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", ()):
                yield entry["Key"], entry["LastModified"]

    def _uploads(self, bucket: str) -> Iterator[tuple[str, str, datetime]]:
        for page in self.client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            for entry in page.get("Uploads", ()):
                yield entry["Key"], entry["UploadId"], entry["Initiated"]

    def _delete(self, bucket: str, key: str) -> bool:
        try:
            self.client.delete_object(Bucket=bucket, Key=key)
        except self.client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return False  # held until the next sweep lets go of it
        return True

    def _set_hold(self, bucket: str, key: str, *, on: bool) -> None:
        with contextlib.suppress(self.client.exceptions.NoSuchKey):  # deleted since it was listed
            status = {"Status": "ON" if on else "OFF"}
            self.client.put_object_legal_hold(Bucket=bucket, Key=key, LegalHold=status)


def _locked(rules: Iterable[LockRule], key: str, modified: datetime, now: datetime) -> bool:
    return any(rule.locks(key, modified, now) for rule in rules)
