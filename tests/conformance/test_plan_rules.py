"""Every rule over the plan: one plan keeps it, one breaks it, and an unknown that could make it right is no refusal."""

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.server.plan.judge import Judge
from local_cloud.server.plan.kinds import Kind, kind_of
from local_cloud.server.plan.planned import Planned
from local_cloud.server.wire import UNKNOWN

JUDGE = Judge(PACKAGES)
RULES = JUDGE.rules


def _id(rule):
    return rule.id


def _broken(rule, resources):
    return list(rule.refusals(JUDGE.plan(resources)))


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_the_plan_that_passes_keeps_the_rule(rule):
    assert [each.reason for each in _broken(rule, rule.passes.planned())] == []


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_the_plan_that_fails_is_refused_with_both_resources_the_rule_its_source_and_what_to_write(rule):
    (found, *_) = _broken(rule, rule.fails.planned())
    assert f"'{found.other.name}'" in found.reason
    assert rule.says in found.reason
    assert rule.source in found.reason
    assert found.remedy in found.reason
    assert str(found.other.position) in found.reason


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_a_plan_of_which_nothing_is_known_is_not_refused(rule):
    unknown = [
        Planned(urn=each.urn, token=each.token, inputs=dict.fromkeys(each.inputs, UNKNOWN))
        for each in rule.fails.planned()
    ]
    assert [each.reason for each in _broken(rule, unknown)] == []


def test_rules_have_ids_of_their_own():
    ids = [rule.id for rule in RULES]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_a_rule_stands_in_the_file_of_its_type_and_names_where_it_comes_from(rule):
    assert rule.source.startswith("https://")
    assert any(rule in each.all_plan_rules for package in PACKAGES for each in package.types if each.token == rule.of)


@pytest.mark.parametrize("kind", Kind)
def test_there_are_at_least_twenty_rules_of_each_kind_without_those_that_every_type_has(kind):
    own = [rule for rule in RULES if not rule.id.endswith(("-before-what-it-names", "-not-in-its-parent"))]
    assert len([rule for rule in own if kind_of(rule) is kind]) >= 20
