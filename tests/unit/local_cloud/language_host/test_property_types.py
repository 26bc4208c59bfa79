"""What a run finds out of the SDK's classes is there for the next run."""

import os
import sys

import pulumi
import pulumi_random
import pytest
from pulumi import _types

from local_cloud.language_host.property_types import PropertyTypes


@pulumi.input_type
class OfThisProgram:
    """A class whose module the fork server does not have."""


@pytest.fixture
def property_types(monkeypatch):
    monkeypatch.setattr(_types, "_types_from_py_properties", _types._types_from_py_properties)  # put back afterwards
    made = PropertyTypes()
    yield made
    _close(made)


def _close(made):
    made._ours.close()
    made._children.close()


def _run(property_types, *classes):
    """A child that meets these classes, as a program would."""
    pid = os.fork()
    if pid == 0:
        property_types.before_run()
        for cls in classes:
            _types._types_from_py_properties(cls)
        property_types.after_run()
        os._exit(0)
    os.waitpid(pid, 0)


def test_the_fork_server_learns_the_classes_that_a_child_met(property_types):
    _run(property_types, pulumi_random.RandomPassword, pulumi_random.RandomPasswordArgs)
    assert not property_types
    property_types.learn()
    assert set(property_types) == {pulumi_random.RandomPassword, pulumi_random.RandomPasswordArgs}
    assert property_types[pulumi_random.RandomPasswordArgs]["length"] is int


def test_the_next_child_tells_only_what_is_new(property_types):
    _run(property_types, pulumi_random.RandomPassword)
    property_types.learn()
    _run(property_types, pulumi_random.RandomPassword, pulumi_random.RandomPet)
    told = property_types._ours.recv(1 << 16)
    assert b"RandomPet" in told
    assert b"RandomPassword" not in told


def test_a_class_whose_module_is_not_imported_is_left_to_the_children(property_types, monkeypatch):
    _run(property_types, OfThisProgram)
    monkeypatch.delitem(sys.modules, __name__)
    property_types.learn()
    assert not property_types


def test_nothing_changes_with_another_version_of_the_sdk(monkeypatch):
    before = _types._types_from_py_properties
    monkeypatch.setattr("importlib.metadata.version", lambda _: "4.0.0")
    _close(PropertyTypes())
    assert _types._types_from_py_properties is before
