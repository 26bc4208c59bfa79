"""Whatever becomes of an example's values, Check answers with problems or none, and never with a traceback."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_cloud.catalog import PACKAGES
from local_cloud.server.generic.check import problems
from local_cloud.server.rules import Problem
from local_cloud.server.wire import UNKNOWN, Secret, plain

TYPES = [resource_type for package in PACKAGES for resource_type in package.types]
ODD = (None, UNKNOWN, Secret(UNKNOWN), "", "x" * 3000, -1, 0, 1e12, True, [], {}, [UNKNOWN], {"a": UNKNOWN}, [None])


def _places(value, path=()):
    """The paths of every value inside, by keys and indexes."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


def _with(inputs, path, odd):
    changed = copy.deepcopy(dict(inputs))
    inner = changed
    for step in path[:-1]:
        if not _has(inner, step):
            return changed
        inner = inner[step]
    if _has(inner, path[-1]):
        inner[path[-1]] = odd
    return changed


def _has(inner, step):
    """Whether an earlier change left what this one is about."""
    return step in inner if isinstance(inner, dict) else isinstance(inner, list) and step in range(len(inner))


def _tried(resource_type, inputs):
    found = problems(resource_type, inputs)
    assert all(isinstance(each, Problem) and each.path and each.reason for each in found)
    return found


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda each: each.token)
def test_any_value_may_be_odd(resource_type):
    for path in _places(resource_type.example):
        for odd in ODD:
            _tried(resource_type, _with(resource_type.example, path, odd))


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda each: each.token)
def test_a_secret_is_judged_as_its_value_is_and_never_shown(resource_type):
    for path in _places(resource_type.example):
        for odd in ("s3cret?/", -987654321):
            bare = _tried(resource_type, _with(resource_type.example, path, odd))
            hidden = _tried(resource_type, _with(resource_type.example, path, Secret(odd)))
            assert [each.path for each in hidden] == [each.path for each in bare]
            assert not any(str(odd) in each.reason for each in hidden), path


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda each: each.token)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_two_values_may_be_odd(resource_type, data):
    places = list(_places(resource_type.example))
    inputs = dict(resource_type.example)
    for _ in range(2):
        inputs = _with(inputs, data.draw(st.sampled_from(places)), data.draw(st.sampled_from(ODD)))
    _tried(resource_type, inputs)
    _tried(resource_type, plain(inputs))
