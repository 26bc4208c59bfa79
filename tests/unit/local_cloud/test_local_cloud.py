"""Which stacks a local cloud works for, and what it knows of the engine's state."""

import dataclasses
import json
from pathlib import Path

import pytest

from local_cloud.daemon.local_cloud import LocalCloud

CLOUD = LocalCloud(None, None, "ignition/local", {}, Path("nowhere"))


def _urn(project, stack):
    return f"urn:pulumi:{stack}::{project}::ignition:infra:Database$azure-native:dbforpostgresql:Server::database"


def test_it_serves_its_own_stack():
    assert CLOUD.serves(_urn("ignition", "local"))


@pytest.mark.parametrize(("project", "stack"), [("ignition", "prod"), ("other", "local"), ("ignition", "local2")])
def test_it_serves_no_other_stack(project, stack):
    assert not CLOUD.serves(_urn(project, stack))


def test_it_knows_what_the_engines_state_holds(tmp_path):
    cloud = dataclasses.replace(CLOUD, checkpoint=tmp_path / "local.json")
    latest = {"resources": [{"urn": "a component, without an id"}, {"urn": "a resource", "id": "made"}]}
    cloud.checkpoint.write_text(json.dumps({"checkpoint": {"latest": latest}}))
    assert cloud.is_in_state("made")
    assert not cloud.is_in_state("another")


@pytest.mark.parametrize("text", [None, "{ torn", "{}", '{"checkpoint": {"latest": {}}}'])
def test_where_there_is_no_state_nothing_is_in_it(tmp_path, text):
    cloud = dataclasses.replace(CLOUD, checkpoint=tmp_path / "local.json")
    if text is not None:
        cloud.checkpoint.write_text(text)
    assert not cloud.is_in_state("made")
