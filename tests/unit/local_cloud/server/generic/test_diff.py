"""The generic Diff."""

import pytest

from local_cloud.server.generic.diff import Change, changes, refused_changes
from local_cloud.server.wire import REDACTED, UNKNOWN, Secret
from local_cloud.services.key_vault.types.keyvault_vault import Vault
from local_cloud.services.object_storage.types.r2_bucket import R2Bucket

EXAMPLE = dict(Vault.example)


def test_equal_inputs_have_no_change():
    assert changes(Vault(), EXAMPLE, {**EXAMPLE}) == []


def test_secrecy_alone_is_no_change():
    assert changes(Vault(), EXAMPLE, {**EXAMPLE, "location": Secret(EXAMPLE["location"])}) == []


@pytest.mark.parametrize(
    ("old", "new", "kind"), [(None, {"a": "1"}, "add"), ({"a": "1"}, None, "delete"), ("1", "2", "update")]
)
def test_a_change_says_whether_something_came_went_or_changed(old, new, kind):
    (change,) = changes(Vault(), {**EXAMPLE, "tags": old}, {**EXAMPLE, "tags": new})
    assert change == Change("tags", kind, replaces=False)


def test_a_changed_path_parameter_makes_a_new_resource():
    assert changes(Vault(), EXAMPLE, {**EXAMPLE, "vaultName": "kv-other"}) == [
        Change("vaultName", "update", replaces=True)
    ]


def test_a_changed_item_is_named_by_its_index():
    (change,) = changes(Vault(), {**EXAMPLE, "x": [1, 2]}, {**EXAMPLE, "x": [1, 3]})
    assert change.path == "x[1]"


def test_a_value_that_is_not_known_yet_counts_as_changed():
    assert changes(Vault(), EXAMPLE, {**EXAMPLE, "vaultName": UNKNOWN}) == [
        Change("vaultName", "update", replaces=True)
    ]


def test_a_redacted_secret_is_neither_equal_nor_different():
    assert changes(Vault(), {**EXAMPLE, "location": Secret(REDACTED)}, {**EXAMPLE, "location": Secret("x")}) == []


def test_a_whole_number_and_its_float_are_equal():
    assert changes(Vault(), {**EXAMPLE, "x": 3}, {**EXAMPLE, "x": 3.0}) == []


def test_a_change_that_the_service_would_refuse_is_told_apart():
    moved = {**R2Bucket.example, "jurisdiction": "default"}
    assert refused_changes(R2Bucket(), dict(R2Bucket.example), moved) == ["jurisdiction"]
    assert changes(R2Bucket(), dict(R2Bucket.example), moved) == [Change("jurisdiction", "update", replaces=False)]


def test_a_value_that_is_unknown_in_a_planned_state_and_still_unknown_is_no_change():
    planned = {**EXAMPLE, "tags": {"a": UNKNOWN}}
    assert changes(Vault(), planned, {**EXAMPLE, "tags": {"a": UNKNOWN}}) == []
    assert [each.path for each in changes(Vault(), planned, {**EXAMPLE, "tags": {"a": "1"}})] == ["tags.a"]
