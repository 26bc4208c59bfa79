"""
Access tokens as Microsoft Entra ID makes them (RS256, version 1.0 claims), signed by a key of this machine's own.

Who gets one is decided in `server`; what a token allows, by the parts that it is shown to.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local_cloud.runtime.files.private_files import write_private
from local_cloud.runtime.files.sqlite_file import StateDamaged
from local_cloud.services.identity.backend.principals import Principal

# What Entra ID and the Azure services allow for clocks that disagree.
CLOCK_SKEW_S: Final = 300
_REMEMBERED_TOKENS: Final = 4096


@dataclass(frozen=True)
class Claims:
    """
    What a verified token says.

    Attributes:
        oid: the principal's object id, which role assignments name.
        appid: its client id.
        tid: its tenant.
        aud: the resource that the token is for, without a slash behind.
        exp: when it expires, seconds since 1970.
    """

    oid: str
    appid: str
    tid: str
    iss: str
    aud: str
    exp: int


class TokenRefused(Exception):  # noqa: N818  says what happened
    """A token that is not accepted; the message is for the caller and holds nothing of the token."""


class Tokens:
    """
    Makes tokens and verifies them; safe to use from any thread.

    Args:
        key_file: the signing key (PEM, mode 0600); made when it is missing.
        authority: the address of the token issuer, `https://localhost:PORT`.
        clock: the time in seconds since 1970, for tests.
    """

    def __init__(self, key_file: Path, authority: str, clock: Callable[[], float] = time.time) -> None:
        self.authority = authority.rstrip("/")
        self._clock = clock
        self._key = _load_or_create(key_file)
        self._public: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self._kid = _thumbprint(self._public)
        self._verified: dict[str, Claims] = {}

    def issuer(self, tenant_id: str) -> str:
        """The issuer of a tenant's tokens."""
        return f"{self.authority}/{tenant_id}/"

    def issue(self, principal: Principal, resource: str, *, lifetime_s: int) -> tuple[str, int]:
        """A token for a principal and a resource (`https://vault.azure.net`), and when it expires."""
        now = int(self._clock())
        claims = {
            "aud": resource.rstrip("/"),
            "iss": self.issuer(principal.tenant_id),
            "iat": now,
            "nbf": now,
            "exp": now + lifetime_s,
            "appid": principal.client_id,
            "appidacr": "2",
            "idtyp": "app",
            "oid": principal.principal_id,
            "sub": principal.principal_id,
            "tid": principal.tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        if principal.resource_id:
            claims["xms_mirid"] = principal.resource_id
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._kid})
        return token, now + lifetime_s

    def verify(self, token: str, audiences: Collection[str]) -> Claims:
        """
        What a token says, when its signature, issuer, audience and times hold.

        Raises:
            TokenRefused: in the words that Key Vault uses.
        """
        claims = self._verified.get(token) or self._decode(token)
        if claims.exp + CLOCK_SKEW_S <= self._clock():
            self._verified.pop(token, None)
            raise TokenRefused("AKV10073: The token has expired. Get a new one.")
        if claims.aud not in audiences:
            raise TokenRefused(f"AKV10022: Invalid audience. Expected {sorted(audiences)[0]}, found: {claims.aud}.")
        if len(self._verified) >= _REMEMBERED_TOKENS:
            self._verified.clear()
        self._verified[token] = claims
        return claims

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        return {"keys": [{**self._public, "kid": self._kid, "use": "sig", "alg": "RS256"}]}

    def _decode(self, token: str) -> Claims:
        try:
            decoded = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=["RS256"],
                # Times and audience are judged with our clock and for every use, not only for the first.
                options={
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "require": ["aud", "iss", "exp", "nbf", "oid", "appid", "tid"],
                },
            )
            claims = Claims(
                oid=str(decoded["oid"]),
                appid=str(decoded["appid"]),
                tid=str(decoded["tid"]),
                iss=str(decoded["iss"]),
                aud=str(decoded["aud"]).rstrip("/"),
                exp=int(decoded["exp"]),
            )
            not_before = int(decoded["nbf"])
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenRefused(f"AKV10000: Error validating token: {type(error).__name__}.") from error
        if claims.iss != self.issuer(claims.tid):
            raise TokenRefused(f"AKV10032: Invalid issuer. Expected one of {self.authority}, found {claims.iss}.")
        if not_before - CLOCK_SKEW_S > self._clock():
            raise TokenRefused("AKV10074: The token is not valid yet. Compare the clocks.")
        return claims


def _thumbprint(key: dict[str, Any]) -> str:
    """The key's own name (RFC 7638)."""
    text = json.dumps({name: key[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _load_or_create(key_file: Path) -> rsa.RSAPrivateKey:
    if not key_file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        write_private(
            key_file,
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        return key
    try:
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    except (ValueError, TypeError, OSError):
        loaded = None
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise StateDamaged(
            f"{key_file} is damaged: it is not an RSA key; `rm {key_file}`, then `ignition up`, makes a new one, and clients get "
            "new tokens"
        )
    return loaded
