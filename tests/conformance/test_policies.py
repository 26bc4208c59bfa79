"""Every rule of the pack proves itself: its examples by the real library's analyzer, its place, its words and its source."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_policy import EnforcementLevel

from policy.catalog import RULES
from policy.stages import Stage
from tests.support.policy_samples import UNKNOWN_TEXT, diagnostics

PACK = Path(__file__).parents[2] / "policy"
BY_ID = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
LEVELS = {EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY}


def _stage(rule):
    """A stage in which the rule is asked."""
    return next(stage for stage in Stage if rule.enforcement.at(stage) in LEVELS)


def _unknown(value):
    """The same shape with nothing known in it."""
    if isinstance(value, dict):
        return {name: _unknown(each) for name, each in value.items()}
    return [_unknown(each) for each in value] if isinstance(value, list) else UNKNOWN_TEXT


@BY_ID
def test_what_passes_has_no_violation(rule):
    assert [each.message for each in diagnostics(rule, rule.passes, _stage(rule))] == []


@BY_ID
def test_what_fails_has_one_with_what_to_do_and_where_it_is_written(rule):
    found = diagnostics(rule, rule.fails, _stage(rule))
    assert len(found) == 1
    assert found[0].policyName == rule.id
    assert rule.remedy in found[0].message
    assert rule.source in found[0].message


@BY_ID
@pytest.mark.parametrize("hide", [_unknown, lambda props: dict.fromkeys(props, UNKNOWN_TEXT)], ids=["leaves", "whole"])
def test_a_stack_that_keeps_a_rule_keeps_it_when_no_value_is_known_yet(rule, hide):
    samples = [replace(each, props=hide(each.props)) for each in rule.passes]
    assert [each.message for each in diagnostics(rule, samples, _stage(rule))] == []


@BY_ID
def test_a_rule_is_asked_in_some_stage_and_off_where_it_says_so(rule):
    for stage in Stage:
        asked = rule.enforcement.at(stage) in LEVELS
        assert bool(diagnostics(rule, rule.fails, stage)) == asked


@BY_ID
def test_a_rule_says_what_why_and_what_to_do_in_sentences(rule):
    for sentence in (rule.says, rule.why, rule.remedy):
        assert re.match(r"[A-Z`]", sentence), sentence
        assert sentence.endswith((".", ".)")), sentence
    assert rule.source.startswith("https://")


def test_every_file_of_a_subject_is_a_rule_of_the_catalog_with_its_name():
    files = {
        f"{file.parent.name}.{file.stem}".replace("_", "-")
        for file in PACK.glob("*/*.py")
        if re.search(r"^RULE: Final", file.read_text(), re.MULTILINE)
    }
    assert sorted(files) == sorted(rule.id for rule in RULES)
    assert len(RULES) == len(files)


def test_no_message_holds_a_secret_value():
    (rule,) = [each for each in RULES if each.id == "apps.no-secret-in-environment"]
    (found,) = diagnostics(rule, rule.fails, Stage.PRODUCTION)
    assert "SESSION_SECRET" in found.message
    assert "hunter2" not in found.message
