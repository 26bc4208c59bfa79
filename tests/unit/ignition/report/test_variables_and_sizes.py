"""Settings and sizes that are not as before."""

from ignition.report.changes import changes
from ignition.report.sizes import sizes
from ignition.report.variables import settings
from tests.unit.ignition.report.steps import APP, REPLACED_SERVER, SERVER, step


def outputs(**values):
    return {"settings": {"apps": {"api": {"values": values, "secrets": {"DATABASE_URL": "https://kv/secrets/D/1"}}}}}


def test_a_setting_is_added_removed_or_changed():
    found = settings(outputs(A="1", B="2", C="3"), outputs(A="1", B="4", D="5"))
    assert [(each.variable, each.what, each.before, each.after) for each in found] == [
        ("B", "changed", "2", "4"),
        ("C", "removed", "3", "(none)"),
        ("D", "added", "(none)", "5"),
    ]


def test_a_setting_named_like_a_secret_shows_no_value():
    found = settings(outputs(), outputs(API_TOKEN="abcdef123"))
    assert "abcdef123" not in str(found)


def test_a_stack_without_settings_has_none():
    assert settings({}, {"settings": "what", "api_url": "x"}) == []


def test_sizes_are_those_of_resources_that_were_there():
    app = step(
        "update",
        APP,
        "api",
        {"template": {"scale": {"maxReplicas": 3}, "containers": [{"env": [{"name": "A", "value": "1"}]}]}},
        {"template": {"scale": {"maxReplicas": 9}, "containers": [{"env": [{"name": "A", "value": "2"}]}]}},
    )
    new = step("create", SERVER, "second", None, {"sku": {"name": "x"}})
    found = sizes(changes([app, REPLACED_SERVER, new]))
    assert [(each.what, each.path, each.before, each.after) for each in found] == [
        ("container app 'api'", "template.scale.maxReplicas", "3", "9"),
        ("database server 'main'", "sku.name", "Standard_D2ds_v5", "Standard_D4ds_v5"),
    ]
