"""Buckets, their rules and the tokens that may use them, with R2's refusals."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.object_storage.backend.gateway import Gateway
from local_cloud.services.object_storage.backend.policies import bucket_policy
from local_cloud.services.object_storage.backend.record import Bucket, Record, Token
from local_cloud.services.object_storage.backend.rules import BUCKET_NAME, CorsRule, Grant, LifecycleRule, LockRule
from local_cloud.services.object_storage.backend.sweep import Sweeper, Swept

if TYPE_CHECKING:
    from local_cloud.services.object_storage.backend.operator import Operator

_log = logging.getLogger(__name__)
_LOCKS_EVERY_S = 1.0
_LIFECYCLE_EVERY = 60


def secret_access_key(token_value: str) -> str:
    """R2's rule: the secret access key is the SHA-256 of the token's value, in hex."""
    return hashlib.sha256(token_value.encode()).hexdigest()


class ObjectStorage:
    """
    One account's R2; safe to use from several threads.

    Args:
        directory: state directory of the storage.
        program: the versitygw executable, as `find_versitygw` gives it.
        ca: issues its certificate.
        ports: gives it its ports.
        supervisor: keeps its processes running.
        account_id: Cloudflare's account id, part of host names and messages.
        clock: the time, for tests.
    """

    def __init__(
        self,
        directory: Path,
        *,
        program: Path,
        ca: LocalCA,
        ports: Ports,
        supervisor: Supervisor,
        account_id: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._file = directory / "storage.json"
        self._gateway = Gateway(
            program=program,
            directory=directory,
            ca=ca,
            ports=ports,
            supervisor=supervisor,
            host_names=(
                "localhost",
                "127.0.0.1",
                f"{account_id}.r2.cloudflarestorage.com",
                f"*.{account_id}.r2.cloudflarestorage.com",
                f"{account_id}.eu.r2.cloudflarestorage.com",
            ),
        )
        self._record = Record.load(self._file)
        self._lock = threading.RLock()
        self._leave = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        """The S3 endpoint with TLS."""
        return f"https://localhost:{self._gateway.tls_port}"

    @property
    def plain_endpoint(self) -> str:
        """The S3 endpoint without TLS, for clients that cannot be told of a local authority."""
        return f"http://127.0.0.1:{self._gateway.plain_port}"

    @property
    def directory(self) -> Path:
        """Its state directory; `data` in it holds the objects, one folder a bucket."""
        return self._gateway.directory

    def start(self) -> None:
        """Start serving, bring policies and locks to their recorded state, and sweep from now on."""
        with self._lock:
            self._gateway.start()
            for bucket in self.buckets():
                self._apply_policy(bucket.name)
                if bucket.locks:
                    self._sweeper.hold(bucket, self._clock(), everything=True)
            if self._thread is None:
                self._leave.clear()
                self._thread = threading.Thread(target=self._keep_sweeping, name="object storage", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop serving and keep everything."""
        self._leave.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._gateway.stop()

    def buckets(self) -> Sequence[Bucket]:
        """All buckets that are there; somebody may have removed the folder of one."""
        with self._lock:
            kept = (self._record.buckets[name] for name in sorted(self._record.buckets))
            return [bucket for bucket in kept if (self._gateway.data / bucket.name).is_dir()]

    def find_bucket(self, name: str, jurisdiction: str = "default") -> Bucket | None:
        """One bucket, or None where there is none in this jurisdiction."""
        return next((each for each in self.buckets() if (each.name, each.jurisdiction) == (name, jurisdiction)), None)

    def bucket(self, name: str, jurisdiction: str = "default") -> Bucket:
        """
        One bucket.

        Raises:
            CloudRefusal: there is none in this jurisdiction; R2 answers so when a call names another one.
        """
        found = self.find_bucket(name, jurisdiction)
        if found is None:
            raise CloudRefusal("10006", "The specified bucket does not exist.")
        return found

    def put_bucket(
        self,
        name: str,
        *,
        jurisdiction: str = "default",
        location: str | None = None,
        storage_class: str = "Standard",
    ) -> Bucket:
        """
        Create a bucket; of one that exists in the same jurisdiction only the storage class follows.

        Raises:
            CloudRefusal: the name is not valid, or taken by a bucket in another jurisdiction.
        """
        if not re.fullmatch(BUCKET_NAME, name):
            raise CloudRefusal(
                "10005",
                f"The specified bucket name is not valid: {name!r} (3 to 63 lower-case letters, digits and hyphens).",
            )
        with self._lock:
            known = self._record.buckets.get(name)
            if known is not None and known.jurisdiction != jurisdiction:
                raise CloudRefusal(
                    "10004",
                    f"The bucket you tried to create already exists, and you own it: {name} is in jurisdiction "
                    f"{known.jurisdiction}.",
                )
            # A lock can only be put on objects of a bucket that was made for it.
            # It is another one's where the server's own account was made anew; nobody else makes buckets here.
            there = (self._client.exceptions.BucketAlreadyOwnedByYou, self._client.exceptions.BucketAlreadyExists)
            with contextlib.suppress(*there):
                self._client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
                known = None  # one that was removed behind our back took its rules with it
            if known is None:
                known = Bucket(name, jurisdiction, location, storage_class, created=self._clock())
                self._record.buckets[name] = known
            known.storage_class = storage_class
            self._save()
            self._apply_policy(name)
            return known

    def delete_bucket(self, name: str, jurisdiction: str = "default") -> None:
        """
        Delete an empty bucket; a missing one is not an error.

        Raises:
            CloudRefusal: it still holds objects.
        """
        with self._lock:
            known = self._record.buckets.get(name)
            if known is None or known.jurisdiction != jurisdiction:
                return
            with contextlib.suppress(self._client.exceptions.NoSuchBucket):
                if self._client.list_objects_v2(Bucket=name, MaxKeys=1).get("KeyCount"):
                    raise CloudRefusal(
                        "10008",
                        f"The bucket you tried to delete ({name}) is not empty (account {self._account_id})",
                    )
                self._sweeper.abort_uploads(name)
                self._client.delete_bucket(Bucket=name)
            del self._record.buckets[name]
            self._save()

    def remove_bucket(self, name: str) -> None:
        """Delete a bucket with everything in it; one that does not exist is fine."""
        with self._lock:
            self._operator.empty(name)
            self.delete_bucket(name)

    def set_cors(self, name: str, rules: Sequence[CorsRule], jurisdiction: str = "default") -> None:
        """Replace a bucket's CORS rules; none removes them."""
        with self._lock:
            bucket = self.bucket(name, jurisdiction)
            if rules:
                declared = {"CORSRules": [rule.to_s3() for rule in rules]}
                self._client.put_bucket_cors(Bucket=name, CORSConfiguration=declared)
            else:
                self._client.delete_bucket_cors(Bucket=name)
            bucket.cors = tuple(rules)
            self._save()

    def cors(self, name: str, jurisdiction: str = "default") -> Sequence[CorsRule]:
        """The CORS rules that the gateway goes by, whoever put them there."""
        bucket = self.bucket(name, jurisdiction)
        found = self._operator.cors(name)
        as_set = found == [rule.to_s3() for rule in bucket.cors]
        return bucket.cors if as_set else tuple(CorsRule.from_s3(each) for each in found)

    def set_lifecycle(self, name: str, rules: Sequence[LifecycleRule], jurisdiction: str = "default") -> None:
        """Replace a bucket's lifecycle rules; they are carried out by the sweeps."""
        with self._lock:
            self.bucket(name, jurisdiction).lifecycle = tuple(rules)
            self._save()

    def set_locks(self, name: str, rules: Sequence[LockRule], jurisdiction: str = "default") -> None:
        """Replace a bucket's lock rules; they hold for the objects that are there at once."""
        with self._lock:
            bucket = self.bucket(name, jurisdiction)
            bucket.locks = tuple(rules)
            self._save()
            self._sweeper.hold(bucket, self._clock(), everything=True)

    def tokens(self) -> Sequence[str]:
        """Ids of the tokens that have credentials here."""
        with self._lock:
            return sorted(self._record.tokens)

    def has_token(self, token_id: str) -> bool:
        """Whether a token has its credentials, in the gateway too."""
        with self._lock:
            return token_id in self._record.tokens and token_id in self._operator.accounts()

    def put_token(self, token_id: str, value: str, grants: Sequence[Grant], *, expires: datetime | None = None) -> None:
        """
        Give a token its S3 credentials and exactly these grants.

        Args:
            token_id: is the access key id.
            value: the token's value; its SHA-256 in hex is the secret access key. Not kept here.
            grants: what it may do.
            expires: when it ends by itself.
        """
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", token_id):
            raise BackendError(f"{token_id!r} cannot be a token's id")
        with self._lock:
            self._operator.put_account(token_id, secret_access_key(value))
            self._gateway.keep_accounts()
            self._record.tokens[token_id] = Token(tuple(grants), expires)
            self._save()
            self._apply_policies()

    def remove_token(self, token_id: str) -> None:
        """End a token's access; an unknown one is not an error."""
        with self._lock:
            self._record.tokens.pop(token_id, None)
            self._save()
            # First the account: without its policies it would be told of missing rights, as if the key still existed.
            self._operator.remove_account(token_id)
            self._gateway.keep_accounts()
            self._apply_policies()

    def sweep(self, now: datetime | None = None) -> Swept:
        """Carry out lifecycle and lock rules and end expired tokens, as of now or of another time."""
        now = now or self._clock()
        with self._lock:
            for token_id, token in list(self._record.tokens.items()):
                if token.expires is not None and token.expires <= now:
                    self.remove_token(token_id)
            self._hold(now)
            return self._sweeper.lifecycle(self.buckets(), now)

    @functools.cached_property
    def _operator(self) -> Operator:
        return self._gateway.operator

    @property
    def _client(self) -> Any:
        return self._operator.s3

    @functools.cached_property
    def _sweeper(self) -> Sweeper:
        return Sweeper(self._client)

    def _hold(self, now: datetime) -> None:
        for bucket in self.buckets():
            if bucket.locks:
                self._sweeper.hold(bucket, now)

    def _keep_sweeping(self) -> None:
        turn = 0
        while not self._leave.wait(_LOCKS_EVERY_S):
            turn += 1
            try:
                if turn % _LIFECYCLE_EVERY == 0:
                    self.sweep()
                else:
                    with self._lock:
                        self._hold(self._clock())
            except Exception as error:  # noqa: BLE001  the gateway may be restarting; the next turn tries again
                _log.warning("object storage: a sweep failed and is tried again: %s", error)

    def _apply_policies(self) -> None:
        for bucket in self.buckets():
            self._apply_policy(bucket.name)

    def _apply_policy(self, name: str) -> None:
        policy = bucket_policy(name, {token: kept.grants for token, kept in self._record.tokens.items()})
        if policy is None:
            self._client.delete_bucket_policy(Bucket=name)
        else:
            self._client.put_bucket_policy(Bucket=name, Policy=policy)

    def _save(self) -> None:
        self._record.save(self._file)
