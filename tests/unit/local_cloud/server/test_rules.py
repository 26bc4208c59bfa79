"""The kinds of rules, on inputs as small as they can be."""

import copy

from local_cloud.server.rules import Choice, ListedValueProblem, Related, items_at, values_at
from local_cloud.server.wire import UNKNOWN, Secret, plain

SOURCE = "https://example.net/rule"


def _related(path, test):
    return Related(path=path, test=test, says="it must fit", source=SOURCE, passes={}, fails={})


def test_values_are_found_in_every_item_with_their_exact_paths():
    assert list(values_at({"a": [{"b": 1}, {"c": 2}, {"b": 3}]}, "a[].b")) == [("a[0].b", 1), ("a[2].b", 3)]


def test_values_inside_a_secret_are_found_and_stay_secret():
    for inputs in ({"a": Secret([{"b": 1}])}, {"a": [Secret({"b": 1})]}, Secret({"a": [{"b": 1}]})):
        ((path, value),) = values_at(inputs, "a[].b")
        assert (path, plain(value)) == ("a[0].b", 1)
        assert isinstance(value, Secret)


def test_nothing_is_found_below_what_is_not_known_yet():
    assert list(values_at({"a": UNKNOWN}, "a[].b")) == []
    assert items_at({"a": {"b": None}}, "a.b") == []


def test_a_copy_of_the_unknown_is_the_unknown():
    assert copy.deepcopy({"a": [UNKNOWN]})["a"][0] is UNKNOWN


def test_a_related_rule_sees_the_value_and_everything_beside_it():
    rule = _related("names[]", lambda name, inputs: name in inputs["known"])
    (problem,) = rule.problems({"names": ["a", "b"], "known": ["a"]})
    assert (problem.path, problem.reason) == ("names[1]", f"'names[1]' is 'b', but it must fit ({SOURCE})")


def test_a_related_rule_waits_for_what_it_reads_and_is_not_known_yet():
    rule = _related("names[]", lambda name, inputs: name in inputs["known"])
    assert list(rule.problems({"names": ["b"], "known": UNKNOWN})) == []
    assert list(rule.problems({"names": [UNKNOWN], "known": []})) == []


def test_a_related_rule_does_not_wait_for_what_it_does_not_read():
    rule = _related("items[]", lambda item, _: item.get("a") is not None)
    (problem,) = rule.problems({"items": [{"b": UNKNOWN}]})
    assert problem.reason == f"'items[0]': it must fit ({SOURCE})"


def test_a_choice_can_be_accepted_as_an_exception_and_compares_in_one_form():
    rule = Choice(path="a", among=("x",), form=str.lower, says="it is x", source=SOURCE, passes="X", fails="y")
    assert list(rule.problems({"a": "X"})) == []
    (problem,) = rule.problems({"a": "y"})
    assert isinstance(problem, ListedValueProblem)
    assert problem.value == "y"
