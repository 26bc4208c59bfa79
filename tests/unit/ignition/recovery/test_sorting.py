"""What becomes of each resource after a lost state, from what a preview knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ignition.recovery.planned import Created
from ignition.recovery.sorting import Sorted, UnknownNameError, sort
from ignition.recovery.told import told
from local_cloud.catalog import PACKAGES
from local_cloud.server.resource_types.recovery import Import, MadeAnew

TYPES = {token: each for package in PACKAGES for token, each in package.by_token().items()}
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
VAULT = {"resourceGroupName": "rg-ignition-dev", "vaultName": "kv-ignition-dev"}
RECORD = {"zoneId": "f" * 32, "type": "CNAME", "name": "api.ecent.online"}


def planned(token: str, inputs: Mapping[str, Any], *, kept: bool = False) -> Created:
    return Created(token, "it", inputs, {"subscriptionId": SUBSCRIPTION}, kept)


def sorted_one(resource: Created, **options: Any) -> Sorted:
    skeleton = {
        "resources": [
            {"type": "ignition:infra:Part", "name": "part", "component": True},
            {"type": "ignition:infra:Part", "name": "empty", "component": True},
            {"type": resource.token, "name": "it", "id": "<PLACEHOLDER>", "parent": "part"},
        ]
    }
    return sort(skeleton, [resource], TYPES, options.pop("found", {}), **options)


def test_an_arm_id_follows_from_the_inputs_and_the_providers_subscription() -> None:
    result = sorted_one(planned("azure-native:keyvault:Vault", VAULT))
    assert [each["name"] for each in result.file["resources"]] == ["part", "it"]
    assert result.file["resources"][1]["id"] == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ignition-dev/providers/Microsoft.KeyVault/vaults/kv-ignition-dev"
    )


def test_an_id_made_of_what_is_not_known_yet_comes_later() -> None:
    result = sorted_one(planned("azure-native:authorization:ManagementLockByScope", {"lockName": "keep"}))
    assert (result.later, result.imported) == (["it"], 0)


def test_an_id_that_the_service_made_up_is_found_by_a_command_that_holds_no_token() -> None:
    result = sorted_one(planned("cloudflare:index/dnsRecord:DnsRecord", RECORD))
    (to_find,) = result.to_find
    assert "dns_records?type=CNAME&name=api.ecent.online" in to_find.command
    printed = told(result, stack="dev", file=None)
    (line,) = [each for each in printed.splitlines() if "curl" in each]
    assert "CLOUDFLARE_API_TOKEN" not in line


def test_an_id_that_was_found_is_filled_in_as_the_provider_takes_it() -> None:
    result = sorted_one(planned("cloudflare:index/dnsRecord:DnsRecord", RECORD), found={"it": "abc"})
    assert result.file["resources"][-1]["id"] == f"{'f' * 32}/abc"


def test_what_was_not_found_or_is_named_is_left_to_be_created() -> None:
    resource = planned("cloudflare:index/dnsRecord:DnsRecord", RECORD)
    assert sorted_one(resource, found={"it": ""}).not_there == ["it"]
    assert sorted_one(resource, without=frozenset({"it"})).not_there == ["it"]


def test_a_password_is_made_anew_and_its_rotation_is_said() -> None:
    result = sorted_one(planned("random:index/randomPassword:RandomPassword", {"length": 40}))
    assert "is rotated" in result.anew[0].because
    assert result.file["resources"] == []


def test_only_what_the_cloud_keeps_is_imported_where_that_is_asked_for() -> None:
    secret = VAULT | {"secretName": "A"}
    assert sorted_one(planned("azure-native:keyvault:Secret", secret), kept_only=True).imported == 0
    assert sorted_one(planned("azure-native:keyvault:Secret", secret, kept=True), kept_only=True).imported == 1


@pytest.mark.parametrize("options", [{"found": {"nobody": "1"}}, {"without": frozenset({"nobody"})}])
def test_a_name_that_the_stack_does_not_create_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnknownNameError, match="nobody: the stack creates nothing of that name"):
        sorted_one(planned("azure-native:keyvault:Vault", VAULT), **options)


@pytest.mark.parametrize("token", TYPES)
def test_every_type_says_what_becomes_of_it_after_a_lost_state(token: str) -> None:
    kind = TYPES[token]
    recovery, inputs = kind.recovery, dict(kind.example)
    if isinstance(recovery, MadeAnew):
        assert recovery.because
        assert recovery.left_behind is None or recovery.left_behind(inputs)
        return
    parts = kind.id_parts(inputs | kind.defaults(inputs), {"subscriptionId": SUBSCRIPTION})
    assert all(parts.get(name) for name in recovery.needs), recovery.needs
    assert recovery.find is None or recovery.find(inputs)
    whole = recovery.filled(parts, "found")
    if parts.get(recovery.parts[-1]) is not None or recovery.find is not None:
        assert whole is not None


def test_an_id_is_taken_apart_as_it_is_put_together() -> None:
    form = Import("{owner}/{id}")
    assert form.parsed("zones/abc/def") == {"owner": "zones/abc", "id": "def"}
    assert Import("{zoneId}").parsed("abc") == {"zoneId": "abc"}
    assert Import("/applications/{id}").parsed("def") is None
