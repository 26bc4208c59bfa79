"""The generic Check, on the types that show each of its cases."""

import pytest

from local_cloud.server.generic.check import problems
from local_cloud.server.rules import ListedValueProblem
from local_cloud.server.wire import REDACTED, UNKNOWN, Secret, without_redacted
from local_cloud.services.dns.types.dns_record import DnsRecord
from local_cloud.services.edge.types.ruleset import Ruleset
from local_cloud.services.key_vault.types.keyvault_vault import Vault
from local_cloud.services.object_storage.types.r2_bucket import R2Bucket


def _vault(**properties):
    return {**Vault.example, "properties": {**Vault.example["properties"], **properties}}


def _reasons(resource_type, inputs):
    return [problem.reason for problem in problems(resource_type, inputs)]


def test_valid_inputs_have_no_problem():
    assert _reasons(Vault(), Vault.example) == []


@pytest.mark.parametrize("missing", [None, Secret(None)])
def test_a_missing_property_is_named_with_its_path(missing):
    assert _reasons(Vault(), _vault(sku={"family": "A", "name": missing})) == [
        "missing required property 'properties.sku.name'"
    ]


def test_a_wrong_type_is_named_with_what_was_expected_and_given():
    assert _reasons(Vault(), _vault(softDeleteRetentionInDays="90")) == [
        "'properties.softDeleteRetentionInDays' should be of type 'integer' but got a string"
    ]


def test_a_boolean_is_no_number():
    assert (
        "should be of type 'integer' but got a boolean" in _reasons(Vault(), _vault(softDeleteRetentionInDays=True))[0]
    )


def test_an_unknown_property_is_refused_with_the_name_that_was_meant():
    (reason,) = _reasons(Vault(), _vault(enable_rbac_authorization=True))
    assert "unknown property 'properties.enable_rbac_authorization'" in reason
    assert "did you mean 'enableRbacAuthorization'?" in reason


def test_a_value_that_the_sdk_does_not_list_is_refused_with_the_list():
    (problem,) = problems(Vault(), _vault(sku={"family": "A", "name": "gold"}))
    assert isinstance(problem, ListedValueProblem)
    assert problem.reason == "'properties.sku.name' is 'gold', but must be one of 'standard', 'premium'"


def test_cloudflare_values_are_compared_without_case_as_the_real_provider_does():
    assert _reasons(R2Bucket(), {**R2Bucket.example, "location": "WEUR"}) == []


def test_values_that_only_the_documentation_lists_are_read_from_it_with_underscores():
    assert _reasons(Ruleset(), {**Ruleset.example, "phase": "http*ratelimit"})
    assert _reasons(Ruleset(), Ruleset.example) == []


def test_an_item_of_a_list_is_named_by_its_index():
    inputs = {**Ruleset.example, "rules": [Ruleset.example["rules"][0], {"ref": "b", "action": "block"}]}
    assert _reasons(Ruleset(), inputs) == ["missing required property 'rules[1].expression'"]


def test_what_is_not_known_yet_is_not_checked():
    assert (
        _reasons(Vault(), {**_vault(tenantId=UNKNOWN, softDeleteRetentionInDays=UNKNOWN), "vaultName": UNKNOWN}) == []
    )


def test_a_combination_waits_for_an_unknown_value():
    assert _reasons(DnsRecord(), {**DnsRecord.example, "proxied": UNKNOWN, "content": UNKNOWN}) == []


def test_a_rule_names_the_property_the_value_the_rule_and_its_source():
    (reason,) = _reasons(DnsRecord(), {**DnsRecord.example, "ttl": 30})
    assert reason.startswith("'ttl' is 30, but a TTL is 1 (automatic) or 60 to 86400 seconds (https://")


def test_a_secret_value_is_never_shown():
    reasons = _reasons(Vault(), {**Vault.example, "vaultName": Secret("-s3cret-")})
    reasons += _reasons(Vault(), _vault(sku=Secret({"family": "A", "name": "s3cret"})))
    assert len(reasons) == 2
    assert not any("s3cret" in reason for reason in reasons)


def test_what_an_exported_state_does_not_tell_is_judged_by_no_rule():
    inputs = {"a": Secret(REDACTED), "b": [f"postgresql://u:{REDACTED}@host/d"], "c": "told"}
    assert without_redacted(inputs) == {"a": Secret(UNKNOWN), "b": [UNKNOWN], "c": "told"}
