"""The records of a local cloud."""

import pytest

from local_cloud.records import SealedRecords
from local_cloud.runtime.files.sealing import UnsealableError
from local_cloud.server.resource_types.resource import Resource

URN = "urn:pulumi:local::ignition::random:index/randomPassword:RandomPassword::app-a"
RESOURCE = Resource("/Some/Id", {"length": 40}, {"result": "hunter2hunter2"})


@pytest.fixture
def records(tmp_path):
    opened = SealedRecords(tmp_path)
    yield opened
    opened.close()


def test_what_was_put_is_there_after_a_restart(tmp_path, records):
    records.put("token", URN, RESOURCE)
    records.close()
    again = SealedRecords(tmp_path)
    assert again.get("/Some/Id") == RESOURCE
    assert again.owner("/Some/Id") == URN
    again.close()


def test_ids_are_compared_without_case_as_azure_does(records):
    records.put("token", URN, RESOURCE)
    assert records.get("/some/ID") == RESOURCE


def test_a_resource_that_was_removed_is_gone(records):
    records.put("token", URN, RESOURCE)
    records.remove("/Some/Id")
    records.remove("/Some/Id")
    assert records.get("/Some/Id") is None
    assert records.owner("/Some/Id") is None


def test_resources_are_listed_by_type(records):
    records.put("one", URN, RESOURCE)
    records.put("two", URN, Resource("/other", {}, {}))
    assert [each.resource.id for each in records.of_type("one")] == ["/Some/Id"]
    assert len(records.all()) == 2


def test_nothing_secret_lies_in_clear_on_the_disk(tmp_path, records):
    records.put("token", URN, RESOURCE)
    assert not [file for file in tmp_path.iterdir() if b"hunter2" in file.read_bytes()]
    assert (tmp_path / "resources.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "resources.db").stat().st_mode & 0o077 == 0


def test_another_key_does_not_open_them_and_the_message_says_what_to_do(tmp_path, records):
    records.put("token", URN, RESOURCE)
    (tmp_path / "resources.key").write_bytes(bytes(32))
    again = SealedRecords(tmp_path)
    with pytest.raises(UnsealableError, match="ignition reset"):
        again.get("/Some/Id")
    again.close()
