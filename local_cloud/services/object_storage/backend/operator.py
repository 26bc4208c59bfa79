"""
An operator's client of the S3 gateway.

Buckets and objects are boto3's, which takes the way of every client, through the front; accounts are changed by the gateway's own
interface, at a socket file that only this account reaches.
"""

# boto3 and botocore have no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import functools
import hashlib
import http.client
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, unescape

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.network.unix_http import UnixConnection


class Operator:
    """
    The operator's rights over the gateway.

    Args:
        port: the front's port without TLS.
        admin: the socket file of the gateway's interface for accounts.
        access: the operator's access key id.
        secret: the operator's secret access key.
        region: the region that signatures name.
    """

    def __init__(self, port: int, admin: Path, access: str, secret: str, region: str) -> None:
        self._port = port
        self._admin = admin
        self._region = region
        self._credentials = Credentials(access, secret)

    @functools.cached_property
    def s3(self) -> Any:
        """A boto3 S3 client; safe to use from several threads."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self._port}",
            aws_access_key_id=self._credentials.access_key,
            aws_secret_access_key=self._credentials.secret_key,
            region_name=self._region,
            config=Config(retries={"max_attempts": 2}, proxies={}, s3={"addressing_style": "path"}),
        )

    def cors(self, bucket: str) -> list[dict[str, Any]]:
        """A bucket's cross-origin rules; none for one that has none."""
        try:
            return self.s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
                raise
            return []
        except BotoCoreError as error:
            raise BackendError(_no_answer(f"port {self._port}", error)) from None

    def empty(self, bucket: str) -> None:
        """Delete every object of a bucket, which has no versions, as in R2; one that does not exist is fine."""
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for each in page.get("Contents", ()):
                    self.s3.delete_object(Bucket=bucket, Key=each["Key"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise BackendError(f"the bucket {bucket} cannot be emptied ({error})") from None
        except BotoCoreError as error:
            raise BackendError(_no_answer(f"port {self._port}", error)) from None

    def put_account(self, access: str, secret: str) -> None:
        """Make an account that may do nothing by itself, or give the existing one this secret."""
        keys = f"<Access>{escape(access)}</Access><Secret>{escape(secret)}</Secret>"
        status, answer = self._call("/create-user", f"<Account>{keys}<Role>user</Role></Account>")
        if status == http.HTTPStatus.CONFLICT:
            status, answer = self._call(
                f"/update-user?access={access}", f"<MutableProps><Secret>{escape(secret)}</Secret></MutableProps>"
            )
        if status not in (http.HTTPStatus.OK, http.HTTPStatus.CREATED):
            raise BackendError(f"the S3 gateway did not take account {access}: {status} {answer}")

    def accounts(self) -> frozenset[str]:
        """The access key ids of all accounts."""
        status, answer = self._call("/list-users", "")
        if status != http.HTTPStatus.OK:
            raise BackendError(f"the S3 gateway does not list its accounts: {status} {answer}")
        return frozenset(unescape(each) for each in re.findall(r"<Access>([^<]*)</Access>", answer))

    def remove_account(self, access: str) -> None:
        """Remove an account; its key is refused from now on."""
        status, answer = self._call(f"/delete-user?access={access}", "")
        if status not in (http.HTTPStatus.OK, http.HTTPStatus.NOT_FOUND):
            raise BackendError(f"the S3 gateway did not remove account {access}: {status} {answer}")

    def _call(self, path: str, body: str) -> tuple[int, str]:
        data = body.encode()
        request = AWSRequest(
            "PATCH",
            f"http://localhost{path}",
            headers={"X-Amz-Content-Sha256": hashlib.sha256(data).hexdigest()},
            data=data,
        )
        S3SigV4Auth(self._credentials, "s3", self._region).add_auth(request)
        connection = UnixConnection(self._admin, timeout_s=10)
        try:
            connection.request("PATCH", path, data, dict(request.headers.items()))
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise BackendError(_no_answer(str(self._admin), error)) from None
        finally:
            connection.close()


def _no_answer(where: str, error: Exception) -> str:
    return (
        f"the S3 gateway at {where} does not answer ({error}): it may be starting again, so try once more; "
        "its log is object-storage/gateway.log in the state directory"
    )
