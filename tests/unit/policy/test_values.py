"""Reading properties of which not everything is known."""

from pulumi_policy.proxy import unknown_checking_proxy

from policy.values import UNKNOWN, all_texts, numbers, texts, value, values

MARKER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PROPS = unknown_checking_proxy(
    {
        "name": "api",
        "id": MARKER,
        "made": f"https://<unknown {MARKER}>/x",
        "count": 2,
        "on": True,
        "containers": [{"image": "a"}, {"image": MARKER}, MARKER, {"other": 1}],
    }
)


def test_a_value_is_known_absent_or_unknown():
    assert value(PROPS, "name") == "api"
    assert value(PROPS, "nothing") is None
    assert value(PROPS, "nothing.below") is None
    assert value(PROPS, "id") is UNKNOWN
    assert value(PROPS, "made") is UNKNOWN
    assert value(PROPS, "id.below") is UNKNOWN


def test_a_path_with_brackets_gives_every_element():
    assert list(values(PROPS, "containers[].image")) == ["a", UNKNOWN, UNKNOWN]
    assert list(values(PROPS, "id[].image")) == [UNKNOWN]


def test_texts_and_numbers_are_known_ones():
    assert list(texts(PROPS, "containers[].image")) == ["a"]
    assert list(numbers(PROPS, "count")) == [2]
    assert list(numbers(PROPS, "on")) == []


def test_all_texts_are_found_at_any_depth_without_the_unknown_ones():
    assert list(all_texts(PROPS)) == ["api", "a"]
