from __future__ import annotations

from infra.components.access.identity import AppIdentity
from tests.support.declared import declare
from tests.unit.infra.components import examples


def test_an_identity_is_user_assigned_so_that_it_exists_before_its_app() -> None:
    program = declare(lambda: AppIdentity("api-identity", examples.identity()))
    (made,) = program.of("UserAssignedIdentity")
    assert made.inputs["resourceName"] == "id-api"
    assert program.outputs["principal_id"] == "principal of api-identity-identity"
