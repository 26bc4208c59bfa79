"""A lock over a resource, or over what it is in, refuses its deletion."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.records import SealedRecords
from local_cloud.server.resource_types.resource import Refusal
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.services.monitoring.types.operationalinsights_workspace import Workspace
from local_cloud.services.resource_groups.types.authorization_management_lock_by_scope import ManagementLockByScope


@pytest.fixture
def call(tmp_path):
    records = SealedRecords(tmp_path)
    cloud = LocalCloud(records, SimpleNamespace(records=records), "ignition/local", {}, Path("nowhere"))
    yield lambda resource_type: Call(cloud, f"urn:pulumi:local::ignition::{resource_type.token}::it", {})
    records.close()


def _locked(call, scope):
    lock = ManagementLockByScope()
    return lock.create(call(lock), {"scope": scope, "lockName": "keep", "level": "CanNotDelete"})


def test_without_a_lock_a_resource_can_be_deleted(call):
    workspace = Workspace()
    made = workspace.create(call(workspace), dict(Workspace.example))
    workspace.delete(call(workspace), made)
    assert workspace.read(call(workspace), made.id) is None


@pytest.mark.parametrize("part", ["itself", "its group"])
def test_a_lock_refuses_the_deletion_in_azures_words(call, part):
    workspace = Workspace()
    made = workspace.create(call(workspace), dict(Workspace.example))
    scope = made.id if part == "itself" else made.id.partition("/providers/")[0]
    _locked(call, scope)
    with pytest.raises(Refusal, match=r"ScopeLocked: The scope .* cannot perform delete operation"):
        workspace.delete(call(workspace), made)
    assert workspace.read(call(workspace), made.id) == made


def test_a_lock_over_something_with_a_similar_name_refuses_nothing(call):
    workspace = Workspace()
    made = workspace.create(call(workspace), dict(Workspace.example))
    _locked(call, made.id[:-1])
    workspace.delete(call(workspace), made)


def test_a_lock_itself_can_be_deleted(call):
    lock = ManagementLockByScope()
    made = _locked(call, "/subscriptions/22222222-2222-2222-2222-222222222222")
    lock.delete(call(lock), made)
    assert lock.read(call(lock), made.id) is None
