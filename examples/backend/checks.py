"""
Whether what the backend needs works: each check does what the backend would do, and says what it saw or why it failed.

Checks block; `application` runs them in threads. No message shows a secret.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# boto3 comes without types.

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
import botocore.exceptions
import psycopg
from botocore.config import Config

from app_config import Settings, SettingsError, load, variables

_CONNECT_S: Final = 5
_READ_S: Final = 10


@dataclass(frozen=True)
class Outcome:
    """
    What came of a check.

    Attributes:
        ok: whether it works.
        detail: what was seen; for a failure, `error`.
    """

    ok: bool
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def as_json(self) -> dict[str, Any]:
        """The outcome for `/health/ready`."""
        return {"status": "ok" if self.ok else "failed", **self.detail}


Check = Callable[[Settings], Outcome]


def check_database(settings: Settings) -> Outcome:
    """Writes a row and reads it back, as the application's own role, in a transaction that leaves nothing behind."""
    written = secrets.token_hex(8)
    try:
        with psycopg.connect(settings.database.url.get_secret_value(), connect_timeout=_CONNECT_S) as connection:
            connection.execute("CREATE TEMPORARY TABLE health_check (word text) ON COMMIT DROP")
            connection.execute("INSERT INTO health_check VALUES (%s)", [written])
            row = connection.execute(
                "SELECT word, session_user, current_setting('server_version') FROM health_check"
            ).fetchone()
            encrypted = bool(connection.pgconn.ssl_in_use)
    except psycopg.Error as error:
        return _failed(str(error).strip())
    if row is None or row[0] != written:
        return _failed("the row that was written was not read back")
    return Outcome(ok=True, detail={"role": row[1], "server": row[2], "tls": encrypted})


def check_storage(settings: Settings) -> Outcome:
    """Puts an object into the bucket, reads it back and deletes it."""
    storage = settings.storage
    key, written = f"health/{secrets.token_hex(8)}", secrets.token_bytes(1024)
    client = storage_client(settings)
    try:
        client.put_object(Bucket=storage.bucket, Key=key, Body=written)
        try:
            read = client.get_object(Bucket=storage.bucket, Key=key)["Body"].read()
        finally:
            client.delete_object(Bucket=storage.bucket, Key=key)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        return _failed(str(error))
    finally:
        client.close()
    if read != written:
        return _failed("the object that was written was not read back")
    return Outcome(ok=True, detail={"bucket": storage.bucket, "endpoint": storage.endpoint})


def check_settings(_settings: Settings) -> Outcome:
    """Reads the environment again: every setting is there, right, and fits the others."""
    try:
        load(Settings)
    except SettingsError as error:
        return _failed(str(error))
    return Outcome(ok=True, detail={"variables": len(variables(Settings))})


CHECKS: Final[Mapping[str, Check]] = {
    "database": check_database,
    "storage": check_storage,
    "settings": check_settings,
}


def storage_client(settings: Settings) -> Any:
    """An S3 client for the bucket: R2 wants the region `auto`, and takes the bucket in the path."""
    storage = settings.storage
    return boto3.client(
        "s3",
        endpoint_url=storage.endpoint,
        region_name=storage.region,
        aws_access_key_id=storage.access_key_id.get_secret_value(),
        aws_secret_access_key=storage.secret_access_key.get_secret_value(),
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"total_max_attempts": 2},
            # R2 takes no checksum trailers: https://developers.cloudflare.com/r2/examples/aws/boto3/
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _failed(why: str) -> Outcome:
    return Outcome(ok=False, detail={"error": why})
