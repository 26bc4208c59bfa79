"""
The roles that applications sign in to the database as, and the container that makes them.

The database is reachable from within the network only, so the deployer makes no connection: a container in the network brings the
roles to their state, run by `database_roles_app`. Passwords are made here; where they are kept and who reads them is decided by
whoever takes the outputs. What the roles may do is in `database_roles.sql`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi_random as random
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.components.apps.service_template import Container
from infra.components.data.database import PGBOUNCER_PORT, POSTGRES_PORT, postgres_url
from infra.config.sections.azure import DatabaseSection
from infra.config.sections.rotation import SLOTS

ROLES_SQL: Final = Path(__file__).with_name("database_roles.sql").read_text()
SCHEMA: Final = "app"
"""The schema that the application's tables are in."""
ADMINISTRATOR_PASSWORD: Final = "PGPASSWORD"
"""The variable that psql takes the administrator's password from; unlike an address, it shows in no process list."""
_ITERATIONS: Final = 4096
"""PostgreSQL's own default; 40 random characters need no more."""
_SCRIPT: Final = 'printf "%s" "$ROLES_SQL" | exec psql --no-psqlrc --quiet --tuples-only'


@dataclass(frozen=True, kw_only=True)
class DatabaseRolesArgs:
    """
    What roles there are to be.

    Attributes:
        config: The database: its name is the first part of each role's name.
        host: The server.
        port: Where applications connect; migrations and the roles go past PgBouncer.
        database: The database; the roles' names begin with `prefix`.
    """

    config: DatabaseSection
    host: Input[str]
    port: int
    database: Input[str]


class DatabaseRoles(ComponentResource):
    """
    Two logins in one group, of which one is given out; with a third for migrations if wished.

    `verifiers` is what the server needs to know of the logins' passwords, by the variable of the container that takes it.
    """

    application_url: Output[str]
    migrator_url: Output[str] | None
    verifiers: Output[Mapping[str, str]]

    def __init__(self, name: str, args: DatabaseRolesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:DatabaseRoles", name, None, opts)
        generations = {slot: args.config.rotation.generation(slot) for slot in SLOTS}
        passwords = {slot: self._password(name, slot, generation) for slot, generation in generations.items()}
        verifiers = {f"VERIFIER_{slot.upper()}": verifier_of(password) for slot, password in passwords.items()}
        self.migrator_url = None
        if args.config.separate_migrator:
            password = self._password(name, "migrator", 1)
            verifiers["VERIFIER_MIGRATOR"] = verifier_of(password)
            self.migrator_url = self._url(args, f"{args.config.name}_migrator", password, port=session_port(args.port))
        active = args.config.rotation.active
        self.application_url = self._url(args, f"{args.config.name}_{active}", passwords[active], port=args.port)
        self.verifiers = Output.all(**verifiers)
        self.register_outputs(
            {
                "application_url": self.application_url,
                "migrator_url": self.migrator_url,
                "verifiers": self.verifiers,
            }
        )

    def _password(self, name: str, login: str, generation: int) -> Output[str]:
        return random.RandomPassword(
            f"{name}-password-{login}",
            length=40,
            special=False,  # nothing to encode in a URL
            keepers={"generation": str(generation)},
            opts=ResourceOptions(parent=self),
        ).result

    @staticmethod
    def _url(args: DatabaseRolesArgs, login: str, password: Output[str], *, port: int) -> Output[str]:
        return Output.secret(
            Output.all(password, args.host, args.database).apply(
                lambda given: postgres_url(
                    login,
                    given[0],
                    host=given[1],
                    port=port,
                    database=given[2],
                    root_certificate=args.config.root_certificate,
                )
            )
        )


def session_port(port: int) -> int:
    """
    Where a client gets a session of its own, given where applications connect.

    PgBouncer pools transactions: the advisory lock that sqlx takes for migrations could stay behind on a pooled connection, and every
    later migration would wait for it (https://docs.rs/sqlx/latest/sqlx/migrate/struct.Migrator.html#method.set_locking).
    """
    return port if port != PGBOUNCER_PORT else POSTGRES_PORT


def verifier_names(*, separate_migrator: bool) -> Sequence[str]:
    """The variables of the roles' container that hold verifiers."""
    return ("VERIFIER_A", "VERIFIER_B", *(["VERIFIER_MIGRATOR"] if separate_migrator else []))


def roles_container(
    args: DatabaseRolesArgs,
    *,
    secrets: Mapping[str, Input[str]],
) -> Container:
    """
    The container that brings the roles to their state.

    Args:
        args: What the roles are.
        secrets: Addresses in the vault of the administrator's password (`ADMINISTRATOR_PASSWORD`) and of the verifiers.
    """
    owner = f"{args.config.name}_owner"
    return Container(
        name="database-roles",
        image=args.config.roles_image,
        command=["/bin/sh", "-ec"],
        args=[_SCRIPT],
        cpu=0.25,
        env={
            "PGHOST": args.host,
            "PGPORT": str(session_port(args.port)),
            "PGUSER": args.config.administrator,
            "PGDATABASE": args.database,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": args.config.root_certificate,
            "PGCONNECT_TIMEOUT": "10",
            "ROLES_SQL": ROLES_SQL,
            "OWNER_ROLE": owner,
            "GROUP_ROLE": f"{args.config.name}_app" if args.config.separate_migrator else owner,
            "MIGRATOR_ROLE": f"{args.config.name}_migrator" if args.config.separate_migrator else "",
            "LOGIN_A": f"{args.config.name}_a",
            "LOGIN_B": f"{args.config.name}_b",
            "APP_SCHEMA": SCHEMA,
            "EXTENSIONS": ",".join(args.config.extensions),
        },
        secrets=secrets,
    )


def verifier_of(password: Output[str]) -> Output[str]:
    """What a server is told of a password, as a secret."""
    return Output.secret(password.apply(scram_verifier))


def scram_verifier(password: str) -> str:
    """
    The SCRAM-SHA-256 verifier of a password, as PostgreSQL keeps it (RFC 5803).

    The salt follows from the password, so that the same password gives the same text and a preview without changes is empty. For a
    random password of 40 characters that gives nothing away.
    """
    salt = hashlib.sha256(b"salt|" + password.encode()).digest()[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
