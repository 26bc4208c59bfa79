"""PgBouncer without what prepared statements need, one parameter at a time."""

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.judge import Judge
from local_cloud.services.postgres.rules.pooling import PREPARED_STATEMENTS_PASS_PGBOUNCER as RULE

JUDGE = Judge(PACKAGES)
PASSES = RULE.passes.resources


def refusals(**changes):
    resources = {name: each for name, each in {**PASSES, **changes}.items() if each is not None}
    return [each.other.name for each in RULE.refusals(JUDGE.plan(Sketch(**resources).planned()))]


def parameter(name, value):
    token, inputs = PASSES[name]
    return token, {**inputs, "value": value}


@pytest.mark.parametrize("missing", ["ignored", "prepared"])
def test_a_missing_parameter_is_refused_at_the_server(missing):
    assert refusals(**{missing: None}) == ["server"]


@pytest.mark.parametrize(("name", "value"), [("ignored", "search_path"), ("prepared", "0")])
def test_a_wrong_parameter_is_named(name, value):
    assert refusals(**{name: parameter(name, value)}) == [name]


def test_pgbouncer_that_is_off_needs_nothing():
    assert refusals(enabled=parameter("enabled", "false"), ignored=None, prepared=None) == []


def test_pooled_sessions_keep_their_statements():
    token, inputs = PASSES["enabled"]
    mode = token, {**inputs, "configurationName": "pgbouncer.pool_mode", "value": "session"}
    assert refusals(mode=mode, ignored=None, prepared=None) == []
