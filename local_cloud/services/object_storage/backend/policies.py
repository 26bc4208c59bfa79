"""
Bucket policies that give each token what it was granted, and nothing else.

The gateway's accounts may do nothing by themselves, so what is not named here is refused with 403.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from local_cloud.services.object_storage.backend.rules import Grant

# What R2's permission groups "Workers R2 Storage Bucket Item Read" and "... Item Write" cover.
_BUCKET_ACTIONS = ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation")
_READ_ACTIONS = ("s3:GetObject", "s3:GetObjectAttributes")
_WRITE_ACTIONS = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")


def bucket_policy(bucket: str, tokens: Mapping[str, Iterable[Grant]]) -> str | None:
    """
    The policy of one bucket, or None when no token may use it.

    Args:
        bucket: its name.
        tokens: grants by token id.
    """
    readers: list[str] = []
    writers: list[str] = []
    for token, grants in sorted(tokens.items()):
        fitting = [grant for grant in grants if grant.bucket in (None, bucket)]
        if fitting:
            readers.append(token)
        if any(grant.write for grant in fitting):
            writers.append(token)
    if not readers:
        return None
    statements = [
        _allow(readers, _BUCKET_ACTIONS, f"arn:aws:s3:::{bucket}"),
        _allow(readers, _READ_ACTIONS, f"arn:aws:s3:::{bucket}/*"),
    ]
    if writers:
        statements.append(_allow(writers, _WRITE_ACTIONS, f"arn:aws:s3:::{bucket}/*"))
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(tokens: Sequence[str], actions: Sequence[str], resource: str) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {"AWS": tokens}, "Action": list(actions), "Resource": resource}
