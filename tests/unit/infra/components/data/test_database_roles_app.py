"""The app that makes the roles: what it is given, and when it runs again."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any

from infra.components.data.database_roles_app import DatabaseRolesApp
from tests.support.declared import declare
from tests.unit.infra.components import examples


def app(**changes: Any) -> Mapping[str, Any]:
    made = declare(lambda: DatabaseRolesApp("roles", examples.database_roles_app(**changes)))
    return made.one("roles-app").inputs


def roles_container(version: int) -> Any:
    return examples.container(name="database-roles", secrets={"VERIFIER_A": f"{examples.VAULT}/VERIFIER-A/{version}"})


def test_the_secrets_are_the_init_containers_alone() -> None:
    template = app()["template"]
    (init,), (idle,) = template["initContainers"], template["containers"]
    assert [each["name"] for each in init["env"] if "secretRef" in each] == ["PGPASSWORD"]
    assert not idle.get("env")
    assert init["image"] == idle["image"]


def test_one_replica_always_runs_for_nothing_would_wake_it() -> None:
    assert app()["template"]["scale"] == {"minReplicas": 1, "maxReplicas": 1}
    assert not app()["configuration"].get("ingress")


def test_another_version_of_a_secret_is_another_revision() -> None:
    one, same, other = (app(container=roles_container(each))["template"] for each in (1, 1, 2))
    assert one == same != other


def test_a_template_that_comes_back_needs_no_suffix_of_an_earlier_revision() -> None:
    assert "revisionSuffix" not in app()["template"]


def test_the_image_is_pulled_with_the_identity_where_it_is_in_the_registry() -> None:
    assert app()["configuration"]["registries"] == []
    (registry,) = app(registry_server="cr.azurecr.io")["configuration"]["registries"]
    assert registry == {"server": "cr.azurecr.io", "identity": examples.IDENTITY}


def test_what_keeps_the_replica_alive_ends_at_once_when_it_is_told_to() -> None:
    (idle,) = app()["template"]["containers"]
    script = idle["args"][0].replace("while", "echo ready; while", 1)  # from then on the trap is set
    started = subprocess.Popen([*idle["command"], script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert started.stdout is not None
    with started.stdout:
        assert started.stdout.readline() == b"ready\n"
        started.terminate()
        assert started.wait() == 0
