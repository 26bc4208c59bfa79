"""What is declared; what the roles may do is tried on a real server, in the integration tests."""

from __future__ import annotations

import re

import pytest

from infra.components.apps.service_template import Container
from infra.components.data.database_roles import (
    ROLES_SQL,
    DatabaseRoles,
    roles_container,
    scram_verifier,
    verifier_names,
)
from infra.config.sections.rotation import RotationSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def roles(**changes: object) -> Program[DatabaseRoles]:
    return declare(lambda: DatabaseRoles("roles", examples.database_roles(**changes)))


def container(**changes: object) -> Container:
    return roles_container(
        examples.database_roles(**{"administrator": "boss", "extensions": ["pg_trgm"]} | changes), secrets={}
    )


@pytest.mark.parametrize("active", ["a", "b"])
def test_the_active_login_is_given_out(active: str) -> None:
    program = roles(rotation=RotationSection(active=active))
    assert program.outputs["application_url"] == (
        f"postgresql://ignition_{active}:result of roles-password-{active}@psql-ignition-test.postgres.database.azure.com:5432"
        "/ignition?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"
    )


def test_urls_and_verifiers_are_secret() -> None:
    assert {"application_url", "verifiers", "migrator_url"} == roles(separate_migrator=True).secret_outputs


def test_raising_one_logins_number_leaves_the_others_password() -> None:
    before, after = roles(), roles(rotation=RotationSection(active="a", b=2))
    for login, same in (("a", True), ("b", False)):
        name = f"roles-password-{login}"
        assert (before.one(name).inputs["keepers"] == after.one(name).inputs["keepers"]) is same


def test_a_migrator_exists_only_where_it_is_separate() -> None:
    assert roles().outputs["migrator_url"] is None
    assert "ignition_migrator:" in roles(separate_migrator=True).outputs["migrator_url"]


def test_migrations_go_past_the_pooler() -> None:
    made = roles(port=6432, separate_migrator=True).outputs
    assert ":6432/" in made["application_url"]
    assert ":5432/" in made["migrator_url"]


def test_there_is_a_verifier_for_every_login() -> None:
    for separate in (False, True):
        assert set(roles(separate_migrator=separate).outputs["verifiers"]) == set(
            verifier_names(separate_migrator=separate)
        )


def test_the_container_goes_past_the_pooler() -> None:
    assert container(port=6432).env["PGPORT"] == "5432"
    assert container(port=15432).env["PGPORT"] == "15432"


def test_the_container_verifies_the_server() -> None:
    made = container().env
    assert (made["PGSSLMODE"], made["PGSSLROOTCERT"]) == ("verify-full", "/etc/ssl/certs/ca-certificates.crt")


def test_the_owner_and_the_apps_group_are_one_unless_migrations_are_separate() -> None:
    assert container().env["GROUP_ROLE"] == container().env["OWNER_ROLE"] == "ignition_owner"
    assert container(separate_migrator=True).env["GROUP_ROLE"] == "ignition_app"


def test_the_container_gives_the_statements_every_variable_that_they_read() -> None:
    read = set(re.findall(r"\\getenv \w+ (\w+)", ROLES_SQL))
    assert read == {name for name in container().env if name in read} | {*verifier_names(separate_migrator=True)}


def test_no_password_is_on_a_command_line() -> None:
    assert "PASSWORD" not in " ".join([*container().command, *container().args])


def test_a_verifier_has_the_form_that_postgresql_reads() -> None:
    assert re.fullmatch(r"SCRAM-SHA-256\$4096:[\w+/]{22}==\$[\w+/]{43}=:[\w+/]{43}=", scram_verifier("p" * 40))


def test_a_verifier_stays_the_same_and_differs_by_password() -> None:
    assert scram_verifier("a" * 40) == scram_verifier("a" * 40)
    assert scram_verifier("a" * 40) != scram_verifier("b" * 40)
