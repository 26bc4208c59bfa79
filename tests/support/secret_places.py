"""The few places that must hold a secret, and why. Everything else that holds one is a leak."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.support.canaries import Found


@dataclass(frozen=True)
class Place:
    """
    A place with its secrets.

    Attributes:
        where: a file below the state directory, or `environ of PROCESS`, as a pattern.
        secrets: what is there, as a pattern.
        why: why it has to be.
    """

    where: str
    secrets: str
    why: str

    def holds(self, found: Found) -> bool:
        """Whether a finding is what this place is for."""
        return fnmatchcase(found.place, self.where) and fnmatchcase(found.secret, self.secrets)


PLACES = (
    Place("control-token", "control token", "the command line reads it there"),
    Place("passphrase", "passphrase", "the engine reads it there; the stack's secrets are encrypted with it"),
    Place("records/resources.key", "key of records/resources.key", "seals the records beside it"),
    Place("container-apps/state.key", "key of container-apps/state.key", "seals the apps' state beside it"),
    Place("key-vault/sealing-key", "key of key-vault/sealing-key", "seals the vault's values beside it"),
    Place("identity/header-key", "key of identity/header-key", "the apps' identity headers are made with it"),
    Place("identity/token-key.pem", "private key identity/token-key.pem", "signs tokens"),
    Place("edge/access-key.pem", "private key edge/access-key.pem", "signs the sessions of Access"),
    Place("ca/ca-key.pem", "private key ca/ca-key.pem", "signs this machine's certificates"),
    Place("origin-ca/ca-key.pem", "private key origin-ca/ca-key.pem", "signs origin certificates, as Cloudflare does"),
    Place(
        "clouds-ca/ca-key.pem", "private key clouds-ca/ca-key.pem", "signs the certificates of the clouds' own names"
    ),
    Place("endpoint.json", "developer's identity header", "`app-config --stack local` signs in with it"),
    Place("*/key.pem", "private key */key.pem", "the server of the certificate beside it reads it there"),
    Place("postgres/*/data/server.key", "private key postgres/*/tls/key.pem", "PostgreSQL reads its key there"),
    Place("postgres/*/data/*", "stack's *verifier-?*", "PostgreSQL keeps a SCRAM verifier for each role"),
    Place("object-storage/operator.json", "S3 operator's key ?", "the local cloud signs in to versitygw with it"),
    Place(
        "object-storage/accounts/users.json*", "S3 account's key ?", "versitygw keeps its accounts there, and a copy"
    ),
    Place("environ of versitygw", "S3 operator's key ?", "versitygw takes its operator's key from there alone"),
    Place("edge/caddy/caddy.json", "stack's *[Ee]dge*[Ss]ecret*", "the edge adds it to requests for the origin"),
    Place("environ of app ignition-local-api", "stack's *[Ee]dge*[Ss]ecret*", "the api checks for it"),
    Place("environ of app ignition-local-api", "stack's *oauth*", "settings of the api"),
    Place("environ of app ignition-local-api", "stack's *session-secret*", "settings of the api"),
    Place("environ of app ignition-local-api", "stack's *(password)", "the api's login on the database"),
    Place("environ of app ignition-local-api", "S3 account's key ?", "the api's key to its bucket"),
)


def leaks(found: set[Found]) -> list[Found]:
    """The findings that no place is for."""
    return sorted(
        (each for each in found if not any(place.holds(each) for place in PLACES)),
        key=lambda each: (each.place, each.secret),
    )


def unused(found: set[Found]) -> list[Place]:
    """The places that hold nothing of the kind any more: what is listed has to be true."""
    return [place for place in PLACES if not any(place.holds(each) for each in found)]
