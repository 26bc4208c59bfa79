"""Whole plans: right ones pass, whatever of them is not known yet; wrong ones are refused, and an order that nothing keeps."""

import dataclasses

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.server.plan.judge import Judge
from local_cloud.server.plan.planned import Planned
from local_cloud.server.wire import UNKNOWN
from tests.conformance.plans.published_azure import WRONG_AZURE
from tests.conformance.plans.published_edge import TOO_EARLY_EDGE, WRONG_EDGE
from tests.conformance.plans.published_orders import TOO_EARLY_AZURE, WARNED_AZURE
from tests.conformance.plans.published_right import PUBLISHED_RIGHT
from tests.conformance.plans.right import RIGHT as RIGHT_PLANS
from tests.conformance.plans.wrong import WRONG
from tests.conformance.plans.wrong_again import NO_ORDER, WRONG_AGAIN
from tests.conformance.plans.wrong_by_name import ASSUMED, UNORDERED, WARNED, WRONG_BY_NAME

JUDGE = Judge(PACKAGES)
RIGHT = {**RIGHT_PLANS, **PUBLISHED_RIGHT}
REFUSED = {**WRONG, **WRONG_AGAIN, **WRONG_BY_NAME, **WRONG_AZURE, **WRONG_EDGE}
TOO_EARLY = {**NO_ORDER, **UNORDERED, **TOO_EARLY_AZURE, **TOO_EARLY_EDGE}
TOLD = {**WARNED, **ASSUMED, **WARNED_AZURE}
SKETCHES = {**REFUSED, **TOO_EARLY, **TOLD, **{rule.id: rule.fails for rule in JUDGE.rules}}


def _told(resources):
    return [each for each in JUDGE.refusals(JUDGE.plan(resources)) if not each.warning]


def _places(value, at=()):
    """Where a value is that could be unknown: every one at whatever depth."""
    yield at
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _places(each, (*at, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _places(each, (*at, index))


def _without(value, at):
    if not at:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _without(each, at[1:]) if key == at[0] else each for key, each in value.items()}
    return [_without(each, at[1:]) if index == at[0] else each for index, each in enumerate(value)]


def _with_one_unknown(sketch):
    """The plan again and again, each time with one more value that is not known, and that no output explains."""
    resources = list(sketch.planned())
    for number, resource in enumerate(resources):
        for at in _places(resource.inputs):
            if at:
                changed = dataclasses.replace(resource, inputs=_without(resource.inputs, at))
                yield [*resources[:number], changed, *resources[number + 1 :]]


@pytest.mark.parametrize("sketch", RIGHT.values(), ids=list(RIGHT))
def test_a_right_program_is_not_refused(sketch):
    assert [each.reason for each in _told(sketch.planned())] == []


@pytest.mark.parametrize("sketch", RIGHT.values(), ids=list(RIGHT))
def test_a_right_program_is_not_refused_when_one_more_value_is_not_known(sketch):
    refused = [each.reason for resources in _with_one_unknown(sketch) for each in _told(resources)]
    assert refused == []


@pytest.mark.parametrize("sketch", RIGHT.values(), ids=list(RIGHT))
def test_a_right_program_is_not_refused_when_nothing_is_known(sketch):
    unknown = [
        Planned(urn=each.urn, token=each.token, inputs=dict.fromkeys(each.inputs, UNKNOWN), waits_for=each.waits_for)
        for each in sketch.planned()
    ]
    assert [each.reason for each in _told(unknown)] == []


@pytest.mark.parametrize("sketch", REFUSED.values(), ids=list(REFUSED))
def test_a_plan_that_the_clouds_refuse_is_refused(sketch):
    assert _told(sketch.planned())


@pytest.mark.parametrize("sketch", TOO_EARLY.values(), ids=list(TOO_EARLY))
def test_an_order_that_nothing_keeps_is_refused_with_the_dependency_to_add(sketch):
    assert any("depends_on" in each.remedy for each in _told(sketch.planned()))


@pytest.mark.parametrize("sketch", TOLD.values(), ids=list(TOLD))
def test_what_the_clouds_often_forgive_or_nothing_proves_is_a_warning(sketch):
    found = JUDGE.refusals(JUDGE.plan(sketch.planned()))
    assert found
    assert all(each.warning for each in found)


@pytest.mark.parametrize("sketch", SKETCHES.values(), ids=list(SKETCHES))
def test_no_rule_stumbles_over_a_value_that_is_not_known(sketch):
    for resources in _with_one_unknown(sketch):
        JUDGE.refusals(JUDGE.plan(resources))
