"""Property values between the wire and Python."""

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.server.wire import (
    OUTPUT_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    Secret,
    decode_struct,
    encode_struct,
    has_unknown,
    mark_secret,
    plain,
    secret_paths,
)

scalars = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text() | st.just(UNKNOWN)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner) | inner.map(Secret),
    max_leaves=20,
)


def _without_nested_secrets(value):
    if isinstance(value, Secret):
        return Secret(plain(value.value))
    if isinstance(value, dict):
        return {key: _without_nested_secrets(item) for key, item in value.items()}
    return [_without_nested_secrets(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(min_size=1), values.filter(lambda value: value is not None)))
def test_what_is_encoded_is_decoded_as_it_was(properties):
    properties = {key: _without_nested_secrets(value) for key, value in properties.items()}
    assert decode_struct(encode_struct(properties)) == properties


def test_a_number_without_a_fraction_is_an_integer():
    decoded = decode_struct(encode_struct({"whole": 3.0, "part": 0.5}))
    assert decoded == {"whole": 3, "part": 0.5}
    assert isinstance(decoded["whole"], int)


def test_a_property_without_a_value_is_left_out():
    assert "nothing" not in encode_struct({"nothing": None}).fields


@pytest.mark.parametrize("known", [True, False])
def test_an_output_value_keeps_its_secrecy_and_may_be_unknown(known):
    struct = struct_pb2.Struct()
    fields = struct.fields["password"].struct_value.fields
    fields[SIGNATURE].string_value = OUTPUT_SIGNATURE
    fields["secret"].bool_value = True
    if known:
        fields["value"].string_value = "s3cret"
    assert decode_struct(struct)["password"] == Secret("s3cret" if known else UNKNOWN)


def test_a_secret_does_not_show_in_its_repr():
    assert "s3cret" not in repr({"password": Secret("s3cret")})


def test_an_unknown_value_refuses_to_be_taken_for_true_or_false():
    with pytest.raises(TypeError, match="unknown value has no truth"):
        bool(UNKNOWN)


def test_an_unknown_inside_a_secret_is_found():
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not has_unknown({"a": [Secret({"b": 1})]})


def test_secrecy_is_carried_over_by_path():
    inputs = {"a": Secret("x"), "b": [{"c": Secret(1)}, {"c": 2}]}
    assert mark_secret(plain(inputs), secret_paths(inputs)) == inputs


def test_secrecy_of_a_path_that_is_not_there_changes_nothing():
    assert mark_secret({"a": 1}, iter([("b", 0, "c")])) == {"a": 1}
