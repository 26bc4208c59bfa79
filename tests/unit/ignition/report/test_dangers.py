"""What a person must know, in words, the worst first."""

import pytest

from ignition.report.changes import changes
from ignition.report.dangers import Level, dangers
from ignition.report.stakes import STAKES, stake_of
from local_cloud.catalog import PACKAGES
from tests.unit.ignition.report.steps import ALERT, APP, BUCKET, REPLACED_SERVER, SERVER, UNKNOWN, step, urn

_REGISTERED = {token for package in PACKAGES for token in package.by_token()}


def told(*steps):
    return [f"{each.what} {each.text}" for each in dangers(changes(steps))]


def test_a_replaced_database_server_loses_its_data_and_says_why():
    (sentence,) = told(REPLACED_SERVER)
    assert sentence.startswith(
        "Database server 'main' is replaced because 'serverName' changes: its data is lost unless"
    )


def test_the_worst_comes_first():
    app = step("replace", APP, "api", {"a": "1"}, {"a": "2"}, diff={"a": {"kind": "update-replace"}})
    alert = step("delete", ALERT, "cpu", {})
    found = dangers(changes([alert, app, REPLACED_SERVER]))
    assert [each.level for each in found] == [Level.LOST, Level.INTERRUPTED, Level.REMOVED]


def test_a_changed_size_of_the_server_restarts_it_and_a_changed_tag_does_not():
    bigger = step("update", SERVER, "main", {"sku": {"name": "a"}}, {"sku": {"name": "b"}})
    tagged = step("update", SERVER, "main", {"tags": {"a": "1"}}, {"tags": {"a": "2"}})
    assert told(bigger) == ["Database server 'main' changes 'sku.name': the server restarts, so connections break off."]
    assert told(tagged) == []


def test_protection_is_said_with_what_it_refuses():
    deleted = step("delete", BUCKET, "b", {}, protect=True)
    assert told(deleted) == [
        "Bucket 'b' is deleted: its objects are lost. Pulumi refuses that while the resource is protected."
    ]


def test_all_that_follow_one_resource_are_one_sentence():
    depends = {"scopes": [urn(SERVER, "main")]}
    alerts = [
        step("same", ALERT, name, {"scopes": [UNKNOWN]}, {"scopes": [UNKNOWN]}, propertyDependencies=depends)
        for name in ("cpu", "disk")
    ]
    assert "2 resources refer to what is new of 'main', so change too or are replaced: 'cpu', 'disk'." in told(
        REPLACED_SERVER, *alerts
    )


def test_what_is_created_or_unchanged_is_no_danger():
    assert told(step("create", SERVER, "main", None, {}), step("same", BUCKET, "b", {}, {})) == []


@pytest.mark.parametrize("token", ["azure-native:dbforpostgresql:Server", "azure-native:keyvault:Vault", BUCKET])
def test_types_that_hold_data_say_what_is_lost(token):
    assert stake_of(token).lost


def test_a_type_of_a_registered_package_that_is_named_here_is_registered():
    """A misspelt token would leave a loss unsaid."""
    modules = {token.rsplit(":", 1)[0] for token in _REGISTERED if not token.startswith("cloudflare:")}
    misspelt = {token for token in STAKES if token.rsplit(":", 1)[0] in modules} - _REGISTERED
    assert misspelt == set()


def test_a_type_that_is_not_listed_has_the_name_of_its_token():
    assert stake_of("azure-native:network:NetworkSecurityGroup").noun == "network security group"
    assert stake_of("azure-native:dns:DNSZone").noun == "DNS zone"
