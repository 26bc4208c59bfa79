"""
What R2 lets one declare of a bucket: CORS, lifecycle and lock rules, and what a token may do with it.

Plain values; enforcing them is `storage`'s, `sweep`'s and `policies`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

BUCKET_NAME: Final = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
"""The names that R2 accepts: https://developers.cloudflare.com/r2/buckets/create-buckets/"""


@dataclass(frozen=True, kw_only=True)
class CorsRule:
    """Which pages of other origins may use the bucket; see Cloudflare's "Configure CORS"."""

    methods: tuple[str, ...]
    origins: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_s: int | None = None
    id: str | None = None

    @staticmethod
    def from_s3(rule: Mapping[str, Any]) -> CorsRule:
        """The rule as S3's API has it."""
        return CorsRule(
            methods=tuple(rule["AllowedMethods"]),
            origins=tuple(rule["AllowedOrigins"]),
            headers=tuple(rule.get("AllowedHeaders") or ()),
            expose_headers=tuple(rule.get("ExposeHeaders") or ()),
            max_age_s=rule.get("MaxAgeSeconds"),
            id=rule.get("ID"),
        )

    def to_s3(self) -> dict[str, object]:
        """The rule for S3's API; empty properties are left out."""
        properties = {
            "ID": self.id,
            "AllowedMethods": list(self.methods),
            "AllowedOrigins": list(self.origins),
            "AllowedHeaders": list(self.headers),
            "ExposeHeaders": list(self.expose_headers),
            "MaxAgeSeconds": self.max_age_s,
        }
        return {key: value for key, value in properties.items() if value}


@dataclass(frozen=True, kw_only=True)
class LifecycleRule:
    """
    What ends by itself.

    Attributes:
        prefix: of the keys it is for; empty is all.
        delete_after_s: age at which objects are deleted.
        delete_on: day on which objects are deleted.
        abort_uploads_after_s: age at which unfinished multipart uploads are given up.
    """

    id: str
    enabled: bool = True
    prefix: str = ""
    delete_after_s: int | None = None
    delete_on: datetime | None = None
    abort_uploads_after_s: int | None = None

    def ends_object(self, key: str, modified: datetime, now: datetime) -> bool:
        """Whether an object's time is over."""
        if not self.enabled or not key.startswith(self.prefix):
            return False
        by_age = self.delete_after_s is not None and modified + timedelta(seconds=self.delete_after_s) <= now
        by_date = self.delete_on is not None and self.delete_on <= now
        return by_age or by_date

    def ends_upload(self, key: str, initiated: datetime, now: datetime) -> bool:
        """Whether an unfinished upload's time is over."""
        if not self.enabled or not key.startswith(self.prefix) or self.abort_uploads_after_s is None:
            return False
        return initiated + timedelta(seconds=self.abort_uploads_after_s) <= now


@dataclass(frozen=True, kw_only=True)
class LockRule:
    """
    What nobody may delete or overwrite.

    Attributes:
        prefix: of the keys it is for; empty is all.
        max_age_s: locked until this age.
        until: locked until this time.
        indefinite: locked for good.
    """

    id: str
    enabled: bool = True
    prefix: str = ""
    max_age_s: int | None = None
    until: datetime | None = None
    indefinite: bool = False

    def locks(self, key: str, modified: datetime, now: datetime) -> bool:
        """Whether an object is locked now."""
        if not self.enabled or not key.startswith(self.prefix):
            return False
        by_age = self.max_age_s is not None and now < modified + timedelta(seconds=self.max_age_s)
        return self.indefinite or by_age or (self.until is not None and now < self.until)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a token may do with one bucket (None: with every bucket): read and list, or also write and delete."""

    bucket: str | None
    write: bool
