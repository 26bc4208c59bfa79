from __future__ import annotations

from infra.components.access.operators import Operators
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples

OWN_ROLE = "66666666-6666-6666-6666-666666666666"
JOB = f"{examples.GROUP}/providers/Microsoft.App/jobs/ignition-test-psql"


def roles(**changes: object) -> dict[str, tuple[str, str]]:
    """Where the group has which role: the last part of both ids."""
    program: Program[Operators] = declare(lambda: Operators("operators", examples.operators(**changes)))
    made = program.of("RoleAssignment")
    assert {(each.inputs["principalId"], each.inputs["principalType"]) for each in made} == {
        (examples.operators().group_id, "Group")
    }
    return {
        each.name: tuple(each.inputs[key].rsplit("/", 1)[-1] for key in ("scope", "roleDefinitionId")) for each in made
    }


def test_the_group_reads_and_writes_secrets_and_reads_logs_and_no_more() -> None:
    assert roles() == {
        "operators-secrets": ("kv", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
        "operators-logs": ("log", "73c42c96-874c-492b-b04d-ab87d138a893"),
    }


def test_the_way_to_the_database_is_the_right_to_start_one_job() -> None:
    found = roles(job_id=JOB)["operators-database"]
    assert found == ("ignition-test-psql", "b9a307c4-5aa3-4b52-ba60-2b17c136cd7b")


def test_a_role_of_the_tenants_own_writes_secrets_of_a_closed_vault() -> None:
    assert roles(secret_writer_role=OWN_ROLE)["operators-secret-writer"] == ("kv", OWN_ROLE)
