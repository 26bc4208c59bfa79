"""Every registered type's life: outputs that the SDK's own classes can read, one id however often it is made, nothing left at the end."""

import pytest
from pulumi import _types
from pulumi.runtime import rpc

from local_cloud.catalog import PACKAGES
from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.generic import diff, outputs
from local_cloud.server.resource_types.recorded import RecordedType
from local_cloud.server.resource_types.resource import Refusal
from local_cloud.server.schemas.schema import SdkClass
from local_cloud.server.schemas.sdk import properties_of
from local_cloud.server.wire import UNKNOWN, encode_struct, has_unknown
from local_cloud.services.object_storage.types.r2_bucket import R2Bucket
from tests.support.property_values import patched, properties_below
from tests.support.recorded_cloud import RecordedCloud, call_for

TYPES = [resource_type for package in PACKAGES for resource_type in package.types]
# In a cloud without parts a type with a real part behind it lives as state only, like all the others.
RECORDED = [each for each in TYPES if isinstance(each, RecordedType)]
AZURE = [each for each in RECORDED if isinstance(each, AzureType)]


def _token(resource_type):
    return resource_type.token


def _made(resource_type, call=None, **changes):
    inputs = {**resource_type.example, **changes}
    return resource_type.create(call or call_for(resource_type.token), inputs)


def _read_by_sdk(resource_type, values):
    """The outputs as a program gets them: by Python name, objects as the SDK's output classes."""
    cls = resource_type.schema.resource_class.load()
    types = _types.resource_types(cls)
    names = _types.resource_pulumi_to_py_names(cls)
    received = rpc.deserialize_properties(encode_struct(values))
    return {
        names.get(wire, wire): rpc.translate_output_properties(value, lambda name: name, types.get(wire), True)
        for wire, value in received.items()
    }


def _every_value(value):
    """Every value inside, read by the getters of the SDK's classes."""
    yield value
    if getattr(type(value), "_pulumi_output_type", False):
        for prop in properties_of(SdkClass(type(value).__module__, type(value).__name__)).values():
            yield from _every_value(getattr(value, prop.python))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _every_value(item)
    elif isinstance(value, list):
        for item in value:
            yield from _every_value(item)


@pytest.mark.parametrize("resource_type", RECORDED, ids=_token)
def test_a_program_can_read_every_output(resource_type):
    read = _read_by_sdk(resource_type, _made(resource_type).outputs)
    assert {prop.python for prop in resource_type.schema.outputs.values()} >= set(read)
    assert len(list(_every_value(read))) > len(read)


@pytest.mark.parametrize("resource_type", RECORDED, ids=_token)
def test_a_program_can_read_what_a_preview_tells(resource_type):
    before = outputs.before_service(resource_type, resource_type.example, missing=UNKNOWN)
    assert list(_every_value(_read_by_sdk(resource_type, before)))


@pytest.mark.parametrize("resource_type", RECORDED, ids=_token)
def test_a_life_ends_with_nothing_left(resource_type):
    cloud = RecordedCloud()
    call = call_for(resource_type.token, cloud=cloud)
    made = resource_type.create(call, dict(resource_type.example))
    assert resource_type.read(call, made.id) == made
    changed = resource_type.update(call, made, dict(resource_type.example))
    assert changed.id == made.id
    assert resource_type.read(call, made.id) == changed
    resource_type.delete(call, changed)
    assert resource_type.read(call, made.id) is None
    assert cloud.records.kept == {}
    resource_type.delete(call, changed)


@pytest.mark.parametrize("resource_type", RECORDED, ids=_token)
def test_making_it_twice_for_one_resource_makes_one(resource_type):
    cloud = RecordedCloud()
    call = call_for(resource_type.token, cloud=cloud)
    first = resource_type.create(call, dict(resource_type.example))
    assert resource_type.create(call, dict(resource_type.example)) == first
    assert len(cloud.records.kept) == 1


@pytest.mark.parametrize("resource_type", RECORDED, ids=_token)
def test_one_that_replaces_another_outlives_it(resource_type):
    """The engine makes the new one, with the same inputs perhaps (a trigger, `--replace`), and ends the old one afterwards."""
    cloud = RecordedCloud()
    call = call_for(resource_type.token, cloud=cloud)
    old = resource_type.create(call, dict(resource_type.example))
    cloud.in_state.add(old.id)
    new = resource_type.create(call, dict(resource_type.example))
    if new.id == old.id:
        other = resource_type.identify(call_for(resource_type.token, "other"), dict(resource_type.example))
        assert other == old.id, "its id is made up"
        return
    resource_type.delete(call, old)
    assert resource_type.read(call, new.id) == new


@pytest.mark.parametrize("resource_type", AZURE, ids=_token)
def test_another_resource_cannot_take_what_one_holds(resource_type):
    cloud = RecordedCloud()
    resource_type.create(call_for(resource_type.token, "first", cloud), dict(resource_type.example))
    with pytest.raises(Refusal, match="exists already"):
        resource_type.create(call_for(resource_type.token, "second", cloud), dict(resource_type.example))


def test_a_replacement_cannot_be_made_beside_the_old_one_under_the_same_name():
    call = call_for(R2Bucket.token)
    R2Bucket().create(call, dict(R2Bucket.example))
    with pytest.raises(Refusal, match=r"with another location.*delete_before_replace=True"):
        R2Bucket().create(call, {**R2Bucket.example, "location": "apac"})
    assert call.cloud.records.get("ignition-dev").inputs["location"] == "weur"


@pytest.mark.parametrize("resource_type", RECORDED, ids=_token)
def test_the_outputs_are_those_that_the_sdk_knows(resource_type):
    assert set(_made(resource_type).outputs) <= set(resource_type.schema.outputs)


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_a_preview_tells_nothing_that_is_different_afterwards(resource_type):
    before = outputs.before_service(resource_type, resource_type.example, missing=UNKNOWN)
    assert set(before) == set(resource_type.schema.outputs)
    if resource_type in RECORDED:
        after = _made(resource_type).outputs
        for name, value in before.items():
            if not has_unknown(value):
                assert after[name] == value or isinstance(value, dict | list), name


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_what_is_declared_of_properties_speaks_of_ones_that_exist(resource_type):
    known = {path for path, _ in properties_below(resource_type.schema.inputs)}
    for path in (*resource_type.create_only, *resource_type.immutable, *resource_type.write_only):
        assert path in known, path
    for path in resource_type.secret_outputs:
        assert path.split(".")[0] in resource_type.schema.outputs
    assert set(resource_type.replacing) <= known


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_a_property_either_makes_a_new_resource_or_cannot_change(resource_type):
    assert not set(resource_type.create_only) & set(resource_type.immutable)
    for path in resource_type.immutable:
        old, new = (patched(resource_type.example, {path: value}) for value in ("old", "new"))
        assert diff.refused_changes(resource_type, old, new) == [path]
        assert [each.replaces for each in diff.changes(resource_type, old, new)] == [False]
    for path in resource_type.replacing:
        old, new = (patched(resource_type.example, {path: value}) for value in ("old", "new"))
        assert all(each.replaces for each in diff.changes(resource_type, old, new))
        assert diff.changes(resource_type, old, new)
