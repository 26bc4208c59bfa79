"""Today's program against the state that a released one left behind: nothing that people use is replaced or deleted."""

import json

import pytest

from tests.upgrade.record import STACKS, baseline

HARMLESS = {"same", "create", "update"}
# Made anew whenever what they say changes, by design; nobody's data is in them.
MAY_BE_REPLACED = {"time:index/sleep:Sleep"}


@pytest.fixture(scope="module", params=STACKS)
def preview(request, ignition):
    ran = ignition("preview", request.param, "--json", "--state", str(baseline(request.param)))
    assert ran.code == 0, ran.everything
    return json.loads(ran.out)


@pytest.fixture
def steps(preview):
    return preview["steps"]


def test_every_recorded_resource_is_kept_or_renamed_with_an_alias(steps):
    deleted = [each["urn"] for each in steps if each["op"] == "delete"]
    assert deleted == []


def test_nothing_is_replaced(steps):
    replaced = {
        each["urn"]: each.get("replaceReasons")
        for each in steps
        if each["op"] not in HARMLESS | {"delete"} and each["urn"].split("::")[2].rsplit("$")[-1] not in MAY_BE_REPLACED
    }
    assert replaced == {}


def test_most_of_the_stack_is_recorded(preview):
    """So that a lost or empty recording is no success; steps leave out what stays the same."""
    summary = preview["changeSummary"]
    assert summary["same"] > sum(summary.values()) / 2


@pytest.mark.parametrize("stack", STACKS)
def test_a_lost_resource_and_a_changed_create_only_property_are_found(ignition, tmp_path, stack):
    """The check itself: a recording with one resource more and one name changed."""
    document = json.loads(baseline(stack).read_text())
    resources = document["deployment"]["resources"]
    vault = next(each for each in resources if each["type"] == "azure-native:keyvault:Vault")
    vault["inputs"]["vaultName"] = "kv-of-old"
    resources.append({**vault, "urn": vault["urn"].replace("Vault::", "Vault::lost-"), "id": "/lost"})
    (tmp_path / "state.json").write_text(json.dumps(document))
    ran = ignition("preview", stack, "--json", "--state", str(tmp_path / "state.json"))
    found = {(each["op"], each["urn"]) for each in json.loads(ran.out)["steps"]}
    assert ("replace", vault["urn"]) in found
    assert any(op == "delete" and "lost-" in urn for op, urn in found)
