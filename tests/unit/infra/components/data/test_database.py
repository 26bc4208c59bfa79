from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from pulumi import Output

from infra.components.data.database import Database, Restore, postgres_url
from infra.config.sections.azure import EntraAdministratorSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples

_PRINCIPAL = "11111111-1111-1111-1111-111111111111"
_CHEAP = {"size": "Standard_B1ms", "pgbouncer": False, "high_availability": "Disabled"}


def database(**changes: object) -> Program[Database]:
    return declare(lambda: Database("database", examples.database(**changes)))


def server(**changes: object) -> dict[str, Any]:
    return dict(database(**changes).one("database-server").inputs)


def parameters(program: Program[Database]) -> dict[str, str]:
    return {each.inputs["configurationName"]: each.inputs["value"] for each in program.of("Configuration")}


def test_the_server_survives_a_zone_and_a_region_by_default() -> None:
    made = server()
    assert made["highAvailability"]["mode"] == "ZoneRedundant"
    assert made["backup"] == {"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"}
    assert made["storage"]["autoGrow"] == "Enabled"


def test_the_server_has_no_public_address() -> None:
    network = server()["network"]
    assert network["publicNetworkAccess"] == "Disabled"
    assert network["delegatedSubnetResourceId"].endswith("/snet-database")
    assert network["privateDnsZoneArmResourceId"].endswith(".postgres.database.azure.com")


def test_people_sign_in_by_entra_and_apps_by_password() -> None:
    auth = server()["authConfig"]
    assert (auth["activeDirectoryAuth"], auth["passwordAuth"]) == ("Enabled", "Enabled")


def test_the_administrators_password_is_secret_all_the_way() -> None:
    program = database()
    assert "administratorLoginPassword" in program.one("database-server").secret_inputs
    assert "administrator_password" in program.secret_outputs


def test_a_raised_number_gives_the_administrator_another_password() -> None:
    one, two = (database(administrator_rotation=number).one("database-administrator-password") for number in (1, 2))
    assert one.inputs["keepers"] != two.inputs["keepers"]


def test_tls_is_required() -> None:
    made = parameters(database())
    assert made["require_secure_transport"] == "on"
    assert made["ssl_min_protocol_version"] == "TLSv1.2"


def test_pooling_knows_prepared_statements() -> None:
    made = parameters(database(pgbouncer=True))
    assert made["pgbouncer.enabled"] == "true"
    assert int(made["pgbouncer.max_prepared_statements"]) > 0
    assert made["pgbouncer.ignore_startup_parameters"] == "extra_float_digits"


def test_without_pooling_nothing_of_it_is_set() -> None:
    assert not any(name.startswith("pgbouncer.") for name in parameters(database()))


def test_given_parameters_are_set() -> None:
    assert parameters(database(parameters={"max_connections": "100"}))["max_connections"] == "100"


def test_changes_come_one_after_another_once_the_server_has_settled() -> None:
    program = database(
        entra_administrator=EntraAdministratorSection(object_id=_PRINCIPAL, principal_name="operators"),
    )
    settings = sorted((each.name for each in program.of("Configuration")), key=program.position)
    chain = ["database-settling", *settings, "database-database", "database-entra-administrator"]
    assert all(program.waits_for(later, earlier) for earlier, later in pairwise(chain))
    assert program.waits_for("database-settling", "database-server")


def test_failing_over_and_growing_are_no_changes() -> None:
    assert set(database().one("database-server").ignore_changes) == {
        "availabilityZone",
        "highAvailability.standbyAvailabilityZone",
        "storage.storageSizeGB",
    }
    assert "storage.storageSizeGB" not in database(auto_grow=False).one("database-server").ignore_changes


@pytest.mark.parametrize("wanted", [True, False])
def test_lock_and_protection_are_as_asked(wanted: bool) -> None:
    program = database(lock=wanted, protect=wanted)
    assert [each.inputs["level"] for each in program.of("ManagementLockByScope")] == ["CanNotDelete"] * wanted
    assert program.one("database-server").protect is wanted
    assert program.one("database-database").protect is wanted


def test_a_principal_of_entra_is_named_as_this_service_wants_it() -> None:
    program = database(
        entra_administrator=EntraAdministratorSection(
            object_id=_PRINCIPAL, principal_name="deploy", principal_type="ServicePrincipal"
        )
    )
    made = program.one("database-entra-administrator").inputs
    assert (made["principalType"], made["principalName"], made["objectId"]) == (
        "ServicePrincipal",
        "deploy",
        _PRINCIPAL,
    )


@pytest.mark.parametrize("changes", [{"pgbouncer": True}, {"high_availability": "SameZone"}])
def test_what_a_burstable_size_cannot_do_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has neither PgBouncer nor high availability"):
        examples.database(**{**_CHEAP, **changes})
    examples.database(**_CHEAP)


def test_a_url_verifies_the_server() -> None:
    url = postgres_url("login", "password", host="server", port=6432, database="ignition", root_certificate="/ca.pem")
    assert url == "postgresql://login:password@server:6432/ignition?sslmode=verify-full&sslrootcert=/ca.pem"


def test_a_path_with_characters_that_mean_something_in_a_url_is_encoded() -> None:
    url = postgres_url("login", "password", host="server", port=1, database="ignition", root_certificate="/a&b/ca.pem")
    assert url.endswith("&sslrootcert=/a%26b/ca.pem")


def restored() -> Program[Database]:
    def made() -> Database:
        args = examples.database(
            administrator_password=Output.secret("the-sources-own"),
            restored=True,
            restore=Restore(source_id=f"{examples.GROUP}/servers/source", time="2026-11-30T08:29:55Z"),
        )
        return Database("database", args)

    return declare(made)


def test_a_restored_server_is_made_from_another_ones_backups_and_has_its_administrators_password() -> None:
    made = restored()
    inputs = made.one("database-server").inputs
    assert inputs["createMode"] == "PointInTimeRestore"
    assert inputs["pointInTimeUTC"] == "2026-11-30T08:29:55Z"
    assert inputs["sourceServerResourceId"].endswith("/servers/source")
    assert made.of("RandomPassword") == []
    assert "administratorLoginPassword" in made.one("database-server").secret_inputs


def test_what_a_server_was_made_from_never_makes_another_one() -> None:
    made_from = {"createMode", "sourceServerResourceId", "pointInTimeUTC"}
    assert made_from <= set(restored().one("database-server").ignore_changes)
    assert not made_from & set(database().one("database-server").ignore_changes)
