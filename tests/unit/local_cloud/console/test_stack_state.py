import json

from local_cloud.console.stack_state import StackState


def test_an_absent_checkpoint_is_an_empty_stack(tmp_path):
    assert StackState(tmp_path / "none.json").nodes() == {}


def test_a_stack_without_a_first_update_is_empty(tmp_path):
    file = tmp_path / "local.json"
    file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": "s", "latest": {"manifest": {}}}}))
    assert StackState(file).nodes() == {}


def test_a_changed_checkpoint_is_read_again(tmp_path):
    file = tmp_path / "local.json"
    stack = StackState(file)
    for names in (["a"], ["a", "b"]):
        resources = [{"urn": f"urn:pulumi:local::p::t:m:T::{name}", "type": "t:m:T"} for name in names]
        file.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
        assert [each.name for each in stack.nodes().values()] == names


def test_what_is_about_to_be_deleted_is_left_out(tmp_path):
    file = tmp_path / "local.json"
    one = {"urn": "urn:pulumi:local::p::t:m:T::a", "type": "t:m:T"}
    file.write_text(
        json.dumps(
            {"checkpoint": {"latest": {"resources": [{**one, "id": "new"}, {**one, "id": "old", "delete": True}]}}}
        )
    )
    assert [each.id for each in StackState(file).nodes().values()] == ["new"]


def test_of_a_damaged_checkpoint_what_it_said_before_is_kept(tmp_path):
    file = tmp_path / "local.json"
    file.write_text(
        json.dumps({"checkpoint": {"latest": {"resources": [{"urn": "urn:pulumi:l::p::t:m:T::a", "type": "t:m:T"}]}}})
    )
    stack = StackState(file)
    assert len(stack.nodes()) == 1
    file.write_text('{"checkpoint"')
    assert len(stack.nodes()) == 1
