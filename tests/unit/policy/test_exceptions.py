"""Exceptions from policies, as the pack itself reads them for plain Pulumi."""

import datetime as dt

import pulumi
import pytest
from pulumi_policy import StackValidationArgs

from policy.exceptions import FILE_NAME, HOST_VARIABLE, Accepted, ExceptionsError, load

ENTRY = """
- policy: data.protected
  resources: [bucket, "urn:pulumi:dev::*::vault"]
  reason: it is emptied every night
  expires: 2999-01-31
"""
KNOWN = frozenset({"data.protected"})
BUCKET = "urn:pulumi:dev::trial::cloudflare:index/r2Bucket:R2Bucket::bucket"


def _load(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    return load(tmp_path)


def _unused(accepted):
    said = []
    accepted.policy().validate(StackValidationArgs([]), lambda message, urn=None: said.append(message))
    return said


@pytest.fixture(autouse=True)
def stack():
    pulumi.runtime.configure(pulumi.runtime.Settings(project="trial", stack="dev", dry_run=True))


def test_a_project_without_the_file_accepts_nothing(tmp_path):
    assert load(tmp_path) == ()


def test_an_entry_accepts_its_resources_of_its_policy_and_nothing_else(tmp_path):
    (entry,) = _load(tmp_path, ENTRY)
    assert entry.expires == dt.date(2999, 1, 31)
    assert entry.accepts("data.protected", BUCKET)
    assert entry.accepts("data.protected", "urn:pulumi:dev::trial::x:y:Z::vault")
    assert not entry.accepts("data.protected", "urn:pulumi:prod::trial::x:y:Z::vault")
    assert not entry.accepts("data.locked", BUCKET)


def test_an_accepted_violation_is_not_reported_and_its_entry_is_used(tmp_path):
    accepted = Accepted(_load(tmp_path, ENTRY), KNOWN)
    assert accepted.verdict("data.protected", BUCKET) is None
    assert _unused(accepted) == []


def test_an_expired_entry_accepts_nothing_and_the_message_says_when_it_ended(tmp_path):
    accepted = Accepted(_load(tmp_path, ENTRY.replace("2999", "2020")), KNOWN)
    assert accepted.verdict("data.protected", BUCKET) == f"; its exception in {FILE_NAME} ended on 2020-01-31"


def test_an_entry_that_accepts_nothing_is_named(tmp_path):
    (said,) = _unused(Accepted(_load(tmp_path, ENTRY), KNOWN))
    assert "entry 1 (data.protected, bucket, urn:pulumi:dev::*::vault) accepted nothing" in said


def test_an_entry_about_another_stack_alone_is_not_named(tmp_path):
    entries = _load(tmp_path, ENTRY.replace('[bucket, "urn:pulumi:dev', '["urn:pulumi:prod'))
    assert _unused(Accepted(entries, KNOWN)) == []


def test_entries_about_rules_and_values_are_left_to_their_reader(tmp_path):
    assert _load(tmp_path, "- rule: network.subnets-overlap\n- type: x\n") == ()


def test_where_the_host_reads_the_file_nothing_is_accepted_here(tmp_path, monkeypatch):
    monkeypatch.setenv(HOST_VARIABLE, "host")
    assert Accepted(_load(tmp_path, ENTRY), KNOWN).verdict("data.protected", BUCKET) == ""


def test_an_entry_that_names_no_policy_is_an_error_with_those_there_are(tmp_path):
    with pytest.raises(ExceptionsError, match=r"there is no policy 'data.protectd'; it must be one of data.protected"):
        Accepted(_load(tmp_path, ENTRY.replace("data.protected", "data.protectd")), KNOWN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1", "must be a list of entries"),
        ("- [", "not YAML"),
        ("- policy: data.protected", "entry 1 must have exactly policy, resources, reason, expires"),
        (ENTRY.replace("  reason: it is emptied every night\n", ""), "entry 1 must have exactly"),
        (ENTRY.replace("it is emptied every night", "''"), "reason must be a text that says why"),
        (ENTRY.replace("2999-01-31", "soon"), "expires must be a date like 2027-01-31, not 'soon'"),
        (ENTRY.replace("  expires: 2999-01-31\n", ""), "entry 1 must have exactly"),
        (ENTRY.replace('[bucket, "urn:pulumi:dev::*::vault"]', "[]"), "resources must be a list"),
    ],
)
def test_an_unusable_file_says_what_to_write(tmp_path, text, says):
    with pytest.raises(ExceptionsError, match=says):
        _load(tmp_path, text)
