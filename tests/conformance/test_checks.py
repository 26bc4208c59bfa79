"""Every registered type of every package: its example passes, and each thing it declares does what it says."""

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.server.generic.check import problems
from local_cloud.server.generic.transitions import refused
from local_cloud.server.rules import ListedValueProblem, without_indexes
from local_cloud.server.schemas.schema import ListOf, MapOf, Scalar
from local_cloud.server.wire import REDACTED, UNKNOWN
from tests.support.property_values import patched, properties_below, scalar_of

TYPES = [resource_type for package in PACKAGES for resource_type in package.types]
RULES = [(resource_type, rule) for resource_type in TYPES for rule in resource_type.all_rules]
TRANSITIONS = [(resource_type, each) for resource_type in TYPES for each in resource_type.transitions]
ENUMERATED = [
    (resource_type, path, prop)
    for resource_type in TYPES
    for path, prop in properties_below(resource_type.schema.inputs)
    if (scalar := scalar_of(prop.type)) is not None and scalar.choices
]
NO_VALUE = "no such value"


def _token(resource_type):
    return resource_type.token


def _rule_name(given):
    return f"{given.path}-{type(given).__name__}" if hasattr(given, "says") else getattr(given, "token", None)


def _top(path):
    return path.split(".")[0].split("[")[0]


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_the_example_passes(resource_type):
    assert problems(resource_type, resource_type.example) == []


@pytest.mark.parametrize(("resource_type", "rule"), RULES, ids=_rule_name)
def test_the_value_that_passes_a_rule_has_the_right_type_and_keeps_the_rule(resource_type, rule):
    found = problems(resource_type, patched(resource_type.example, rule.patch(rule.passes)))
    # Other rules may object to a value that was put in alone; types come before rules, so one wrong type hides them all.
    others = {each.source for each in resource_type.all_rules}
    assert not [each.reason for each in found if rule.says in each.reason]
    assert all(any(source in each.reason for source in others) for each in found), [each.reason for each in found]


@pytest.mark.parametrize(("resource_type", "rule"), RULES, ids=_rule_name)
def test_the_value_that_breaks_a_rule_is_refused_by_name_with_the_rule_and_its_source(resource_type, rule):
    found = problems(resource_type, patched(resource_type.example, rule.patch(rule.fails)))
    named = [each for each in found if without_indexes(each.path) == rule.path and rule.says in each.reason]
    assert named, [each.reason for each in found]
    assert all(f"'{each.path}'" in each.reason and rule.source in each.reason for each in named)


@pytest.mark.parametrize(("resource_type", "rule"), RULES, ids=_rule_name)
def test_a_rule_says_where_it_comes_from(resource_type, rule):
    assert rule.source.startswith("https://")


@pytest.mark.parametrize(("resource_type", "rule"), RULES, ids=_rule_name)
def test_a_rule_speaks_of_a_property_that_exists(resource_type, rule):
    known = {path for path, _ in properties_below(resource_type.schema.inputs)}
    bare = rule.path.removesuffix("[]")
    # A list of one of several kinds of objects, or of objects without a type, ends what the SDK says.
    assert bare in known or any(bare.startswith(f"{each}[") for each in known) or _top(bare) in known
    if bare not in known:
        deepest = max((each for each in known if bare.startswith(each)), key=len)
        assert deepest.count(".") >= bare.count(".") - 1, f"nothing at {bare}"


@pytest.mark.parametrize(("resource_type", "transition"), TRANSITIONS, ids=_rule_name)
def test_a_change_that_goes_one_way_only_is_refused_the_other_way_and_says_why(resource_type, transition):
    def refusals(before, after):
        inputs = [patched(resource_type.example, {transition.path: value}) for value in (before, after)]
        return [each.reason for each in refused(resource_type.transitions, *inputs)]

    assert refusals(*transition.passes) == []
    (reason,) = refusals(*transition.fails)
    assert f"'{transition.path}'" in reason
    assert transition.says in reason
    assert transition.source in reason
    assert refusals(transition.fails[0], UNKNOWN) == []
    assert refusals(REDACTED, transition.fails[1]) == []


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_a_property_that_does_not_exist_is_refused(resource_type):
    (problem,) = problems(resource_type, {**resource_type.example, "noSuchProperty": 1})
    assert problem.path == "noSuchProperty"


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_each_required_property_is_asked_for(resource_type):
    for name, prop in resource_type.schema.inputs.items():
        if prop.required:
            without = {key: value for key, value in resource_type.example.items() if key != name}
            assert f"missing required property '{name}'" in [each.reason for each in problems(resource_type, without)]


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_what_nothing_is_known_of_is_not_refused(resource_type):
    assert problems(resource_type, dict.fromkeys(resource_type.example, UNKNOWN)) == []


@pytest.mark.parametrize("resource_type", TYPES, ids=_token)
def test_what_one_property_hides_is_not_refused(resource_type):
    for name in resource_type.example:
        assert problems(resource_type, {**resource_type.example, name: UNKNOWN}) == [], name


@pytest.mark.parametrize(("resource_type", "path", "prop"), ENUMERATED)
def test_an_enumerated_property_refuses_any_other_value(resource_type, path, prop):
    wrong = (
        NO_VALUE if isinstance(prop.type, Scalar) else [NO_VALUE] if isinstance(prop.type, ListOf) else {"a": NO_VALUE}
    )
    assert isinstance(prop.type, Scalar | ListOf | MapOf)
    found = problems(resource_type, patched(resource_type.example, {path: wrong}))
    listed = [each for each in found if isinstance(each, ListedValueProblem)]
    # An object that the example lacks has other problems as well, or is one of several kinds of objects.
    assert listed or found, path
    if path not in resource_type.wrong_enums and listed:
        assert any(without_indexes(each.path).startswith(path) for each in listed)
