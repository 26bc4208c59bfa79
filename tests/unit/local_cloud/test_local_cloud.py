"""Which stacks a local cloud works for."""

import pytest

from local_cloud.daemon.cloud import LocalCloud

CLOUD = LocalCloud(None, None, "ignition/local", {})


def _urn(project, stack):
    return f"urn:pulumi:{stack}::{project}::ignition:infra:Database$azure-native:dbforpostgresql:Server::database"


def test_it_serves_its_own_stack():
    assert CLOUD.serves(_urn("ignition", "local"))


@pytest.mark.parametrize(("project", "stack"), [("ignition", "prod"), ("other", "local"), ("ignition", "local2")])
def test_it_serves_no_other_stack(project, stack):
    assert not CLOUD.serves(_urn(project, stack))
