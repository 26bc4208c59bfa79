"""
Tokens and sessions of Cloudflare Access: who is signed in at an application.

Nobody proves who they are on this machine: whoever names an admitted address is signed in with it.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import write_private
from local_cloud.services.edge.backend.state import AccessApplication

COOKIE: Final = "CF_Authorization"
_NAMESPACE: Final = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True)
class Session:
    """Who is signed in, until when (seconds since 1970), and the token that says so."""

    email: str
    expires: int
    token: str


class Access:
    """
    All applications; safe to use from any thread.

    Args:
        key_file: the signing key (PEM, mode 0600); made when it is missing.
        issuer: the address of the team domain, which issues the tokens.
        clock: the time in seconds since 1970, for tests.
    """

    def __init__(self, key_file: Path, *, issuer: str, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._issuer = issuer
        self._key = _load_or_create(key_file)
        self._public: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self._kid = uuid.uuid5(_NAMESPACE, json.dumps(self._public, sort_keys=True)).hex
        self._applications: dict[str, AccessApplication] = {}

    def set_applications(self, applications: Mapping[str, AccessApplication]) -> None:
        """Guard these from now on, by audience tag."""
        self._applications = dict(applications)

    def application(self, aud: str) -> AccessApplication | None:
        """An application by its audience tag."""
        return self._applications.get(aud)

    def sign_in(self, application: AccessApplication, email: str) -> Session | None:
        """A session for an admitted address; None for any other."""
        email = email.strip().lower()
        if not application.admits(email):
            return None
        now = int(self._clock())
        expires = now + application.session_s
        claims = {
            "aud": [application.aud],
            "email": email,
            "exp": expires,
            "iat": now,
            "nbf": now,
            "iss": self._issuer,
            "type": "app",
            "identity_nonce": uuid.uuid4().hex[:16],
            "sub": str(uuid.uuid5(_NAMESPACE, email)),
            "country": "XX",
        }
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._kid})
        return Session(email, expires, token)

    def session(self, application: AccessApplication, token: str) -> Session | None:
        """The session of a token, when it is for this application, is valid, and its address is still admitted."""
        try:
            claims = jwt.decode(
                token,
                self._key.public_key(),
                algorithms=["RS256"],
                audience=application.aud,
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "aud"]},
            )
            email, expires = str(claims["email"]), int(claims["exp"])
        except (jwt.PyJWTError, KeyError, ValueError):
            return None
        return Session(email, expires, token) if expires > self._clock() and application.admits(email) else None

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set, as `/cdn-cgi/access/certs` answers it."""
        return {"keys": [{**self._public, "kid": self._kid, "use": "sig", "alg": "RS256"}]}


def _load_or_create(file: Path) -> rsa.RSAPrivateKey:
    if not file.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(file, pem)
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BackendError(
            f"{file} is damaged; `rm {file}`, then `ignition up`, makes a new one, and everybody signs in again"
        )
    return key
