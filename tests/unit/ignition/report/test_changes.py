"""From the engine's steps to changes: which properties differ, what follows, what is masked."""

from ignition.report.changes import ABSENT, LATER, changes
from tests.unit.ignition.report.steps import (
    ALERT,
    APP,
    BUCKET,
    REPLACED_SERVER,
    SERVER,
    UNKNOWN,
    step,
    urn,
)


def test_a_changed_property_has_its_values_and_whether_it_makes_a_new_resource():
    (change,) = changes([REPLACED_SERVER])
    assert change.operation == "replace"
    assert [(each.path, each.before, each.after, each.replaces) for each in change.differences] == [
        ("serverName", "psql-a", "psql-b", True),
        ("sku.name", "Standard_D2ds_v5", "Standard_D4ds_v5", False),
    ]
    assert (change.file, change.line) == ("infra/database.py", 7)


def test_an_added_property_was_not_there_before():
    (change,) = changes([step("update", BUCKET, "b", {"name": "x"}, {"name": "x", "location": "weur"})])
    assert [(each.path, each.before, each.after) for each in change.differences] == [("location", ABSENT, "weur")]


def test_a_secret_is_masked_by_the_engines_mark_and_by_the_name_of_its_property():
    old = {"administratorLoginPassword": "correct-horse", "tls": "[secret]"}
    new = {"administratorLoginPassword": "battery-staple", "tls": "[secret]", "sku": {"name": "b"}}
    (change,) = changes([step("update", SERVER, "main", old, new, diff={"tls": {"kind": "update"}})])
    told = str(change.differences)
    assert "correct-horse" not in told
    assert "battery-staple" not in told
    assert [(each.path, each.after) for each in change.differences] == [("sku.name", "b"), ("tls", "(secret, changed)")]


def test_what_refers_to_a_resource_that_is_made_anew_follows_it():
    depends = {"scopes": [urn(SERVER, "main")]}
    alert = step("same", ALERT, "cpu", {"scopes": [UNKNOWN]}, {"scopes": [UNKNOWN]}, propertyDependencies=depends)
    other = step(
        "same", ALERT, "idle", {"scopes": [UNKNOWN]}, {"scopes": [UNKNOWN]}, propertyDependencies={"scopes": []}
    )
    _, follows, stays = changes([REPLACED_SERVER, alert, other])
    assert (follows.operation, follows.because) == ("follow", ("main",))
    assert stays.operation == "same"


def test_a_reference_to_another_resource_is_seen_although_both_ids_are_unknown():
    moved = step("same", ALERT, "cpu", {"scopes": [UNKNOWN]}, {"scopes": [UNKNOWN]})
    moved["oldState"]["propertyDependencies"] = {"scopes": [urn(APP, "api")]}
    moved["newState"]["propertyDependencies"] = {"scopes": [urn(APP, "admin")]}
    (change,) = changes([moved])
    assert change.operation == "follow"
    assert [(each.before, each.after) for each in change.differences] == [(LATER, "(from admin)")]


def test_a_protected_resource_of_the_base_stays_known_as_protected():
    bucket = step("delete", BUCKET, "b", {"name": "x"})
    assert [each.protected for each in changes([bucket], frozenset({urn(BUCKET, "b")}))] == [True]
    assert [each.protected for each in changes([bucket])] == [False]


def test_the_stack_and_providers_are_no_resources():
    assert (
        changes(
            [step("create", "pulumi:pulumi:Stack", "s", None, {}), step("same", "pulumi:providers:random", "d", {}, {})]
        )
        == []
    )


def test_a_file_outside_the_project_is_not_named():
    (change,) = changes([step("create", BUCKET, "b", None, {}, sourcePosition="project:///../../home/me/x.py#3")])
    assert (change.file, change.line) == ("", 0)
