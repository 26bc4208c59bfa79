from __future__ import annotations

from infra.components.access.role_assignments import ACR_PULL, role_assignment_name, role_definition_id
from tests.unit.infra.components.examples import GROUP, SUBSCRIPTION


def test_a_role_is_named_in_the_subscription_of_the_scope() -> None:
    definition = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{ACR_PULL}"
    assert role_definition_id(f"{GROUP}/providers/Microsoft.X/y/z", ACR_PULL) == definition


def test_the_same_assignment_has_the_same_name() -> None:
    assert role_assignment_name("/scope", "principal", "role") == role_assignment_name("/scope", "principal", "role")


def test_assignments_that_differ_in_anything_have_different_names() -> None:
    names = {
        role_assignment_name(*parts)
        for parts in (("/s", "p", "r"), ("/t", "p", "r"), ("/s", "q", "r"), ("/s", "p", "t"))
    }
    assert len(names) == 4
