"""An S3 client with what an app was given."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from typing import Any

import boto3


@contextlib.contextmanager
def storage_client(variables: Mapping[str, str], **options: Any) -> Generator[Any]:
    """
    A boto3 client, closed at the end.

    Args:
        variables: an app's environment, with its `STORAGE_` variables.
        options: of boto3's own.
    """
    client = boto3.client(
        "s3",
        endpoint_url=variables["STORAGE_ENDPOINT"],
        region_name=variables["STORAGE_REGION"],
        aws_access_key_id=variables["STORAGE_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["STORAGE_SECRET_ACCESS_KEY"],
        **options,
    )
    with contextlib.closing(client):
        yield client
