"""The file of accepted exceptions."""

import datetime as dt

import pytest

from local_cloud.server.exceptions import FILE_NAME, ExceptionsError, load

ENTRY = """
- type: azure-native:dbforpostgresql:Server
  property: rules[].version
  value: "19"
  reason: in preview with our subscription
  expires: 2999-01-31
"""


def test_a_project_without_the_file_accepts_nothing(tmp_path):
    assert load(tmp_path) == ()


def test_an_entry_accepts_its_value_at_every_index_and_nothing_else(tmp_path):
    (tmp_path / FILE_NAME).write_text(ENTRY)
    (entry,) = load(tmp_path)
    assert entry.expires == dt.date(2999, 1, 31)
    assert entry.accepts("azure-native:dbforpostgresql:Server", "rules[3].version", "19")
    assert not entry.accepts("azure-native:dbforpostgresql:Server", "rules[3].version", "20")
    assert not entry.accepts("azure-native:dbforpostgresql:Database", "rules[3].version", "19")


def test_an_entry_ends_on_its_day(tmp_path):
    (tmp_path / FILE_NAME).write_text(ENTRY.replace("2999", "2020"))
    assert load(tmp_path)[0].expired


def test_a_changed_file_is_read_again(tmp_path):
    (tmp_path / FILE_NAME).write_text("[]")
    assert load(tmp_path) == ()
    (tmp_path / FILE_NAME).write_text(ENTRY)
    assert len(load(tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1", "must be a list of entries, each with type, property, value, reason, expires"),
        ("- type: x", "entry 1 must have exactly type, property, value, reason, expires"),
        (ENTRY.replace("2999-01-31", "soon"), "expires must be a date like 2027-01-31, not 'soon'"),
        ("- [", "not YAML"),
        ("- reason: one\n  reason: another", "line 2: 'reason' is there twice"),
    ],
)
def test_an_unusable_file_says_what_to_write(tmp_path, text, says):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ExceptionsError, match=says):
        load(tmp_path)


RULE = """
- rule: network.subnets-overlap
  resources: [apps, "urn:pulumi:dev::*::data"]
  reason: they are merged next week
  expires: 2999-01-31
"""


def test_an_entry_for_a_rule_accepts_resources_by_name_or_urn(tmp_path):
    (tmp_path / FILE_NAME).write_text(RULE)
    (entry,) = load(tmp_path)
    urns = ["urn:pulumi:prod::p::t::apps", "urn:pulumi:dev::p::t::data"]
    assert entry.accepts("network.subnets-overlap", urns)
    assert not entry.accepts("network.other", urns)
    assert not entry.accepts("network.subnets-overlap", [*urns, "urn:pulumi:prod::p::t::data"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- rule: x", "entry 1 must have exactly rule, resources, reason, expires"),
        (RULE.replace('[apps, "urn:pulumi:dev::*::data"]', "apps"), "resources must be a list of the resources' names"),
        (RULE.replace('[apps, "urn:pulumi:dev::*::data"]', "[]"), "resources must be a list"),
        (RULE.replace("they are merged next week", "''"), "reason must be a text"),
    ],
)
def test_an_unusable_entry_for_a_rule_says_what_to_write(tmp_path, text, says):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ExceptionsError, match=says):
        load(tmp_path)
