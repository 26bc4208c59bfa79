from __future__ import annotations

from infra.components.data.database_access import DatabaseAccess
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def access(**changes: object) -> Program[DatabaseAccess]:
    return declare(lambda: DatabaseAccess("access", examples.database_access(**changes)))


def test_the_job_is_started_by_hand_and_tried_once() -> None:
    configuration = access().one("access-job").inputs["configuration"]
    assert configuration["triggerType"] == "Manual"
    assert configuration["replicaRetryLimit"] == 0


def test_the_password_comes_from_the_vault_and_stands_in_no_argument() -> None:
    job = access().one("access-job").inputs
    (container,) = job["template"]["containers"]
    (secret,) = job["configuration"]["secrets"]
    assert secret["keyVaultUrl"].endswith("/DATABASE-ADMINISTRATOR-PASSWORD/1")
    assert {each["name"] for each in container["env"] if "secretRef" in each} == {"PGPASSWORD"}
    assert not any("PASSWORD" in each for each in container["args"])


def test_the_statement_goes_past_the_pooler_and_verifies_the_server() -> None:
    made = access(database=examples.database_roles(port=6432)).one("access-job").inputs
    env = {each["name"]: each.get("value") for each in made["template"]["containers"][0]["env"]}
    assert (env["PGPORT"], env["PGSSLMODE"], env["STATEMENT"]) == ("5432", "verify-full", "SELECT 1")


def test_code_in_the_container_gets_no_token_of_the_identity() -> None:
    (setting,) = access().one("access-job").inputs["configuration"]["identitySettings"]
    assert setting["lifecycle"] == "None"
