"""Refusals as data: JSON, SARIF and workflow commands, with the line in the program, of one resource and of the plan in one run."""

import json
import re
import subprocess

import pytest

from tests.integration.preview.programs import GROUP, SERVER, project
from tests.support.exported_states import write_state

BAD = (
    GROUP
    + """
network = azure.network.VirtualNetwork(
    "net", resource_group_name=group.name, address_space={"address_prefixes": ["10.0.0.0/16"]}
)
apps = azure.network.Subnet(
    "apps", resource_group_name=group.name, virtual_network_name=network.name, address_prefix="10.0.0.0/24"
)
azure.network.Subnet(
    "data",
    resource_group_name=group.name,
    virtual_network_name=network.name,
    address_prefix="10.0.0.0/25",
    opts=pulumi.ResourceOptions(depends_on=[apps]),
)
azure.keyvault.Vault(
    "vault",
    resource_group_name=group.name,
    vault_name="bad_name_",
    properties={
        "tenant_id": "11111111-1111-1111-1111-111111111111",
        "sku": {"family": "A", "name": "standard"},
    },
)
"""
)
BAD_VAULT = "keyvault.Vault.vaultName.pattern"
OVERLAP = "network.subnets-overlap"


def line_of(text, name):
    """The line on which the resource's constructor call begins: the SDK reports it."""
    lines = text.splitlines()
    named = next(number for number, line in enumerate(lines, 1) if f'"{name}"' in line)
    return next(number for number in range(named, 0, -1) if "azure." in lines[number - 1])


@pytest.fixture
def repository(tmp_path):
    """A repository whose project is in a folder of its own."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path


@pytest.fixture
def bad(repository):
    return project(repository / "platform", BAD)


def test_json_has_for_each_refusal_its_rule_resources_path_position_message_and_remedy(ignition, bad):
    ran = ignition("preview", "dev", "--json", cwd=bad)
    assert ran.code != 0
    document = json.loads(ran.out)
    assert {"steps", "diagnostics", "changeSummary"} <= set(document)
    by_rule = {each["rule"]: each for each in document["refusals"]}
    overlap, vault = by_rule[OVERLAP], by_rule[BAD_VAULT]
    assert [urn.rsplit("::", 1)[-1] for urn in overlap["urns"]] in (["data", "apps"], ["apps", "data"])
    assert overlap["path"]
    assert overlap["message"]
    assert overlap["remedy"]
    assert overlap["source"].startswith("https://")
    assert [urn.rsplit("::", 1)[-1] for urn in vault["urns"]] == ["vault"]
    assert vault["path"] == "vaultName"
    assert "'bad_name_'" in vault["message"]
    assert vault["position"] == {"file": "platform/__main__.py", "line": line_of(BAD, "vault")}
    lines = {line_of(BAD, "data"), line_of(BAD, "apps")}
    assert {overlap["position"]["line"], overlap["otherPosition"]["line"]} == lines
    assert document["planJudged"] is True


def test_people_read_of_a_refused_resource_where_the_program_declares_it(ignition, bad):
    ran = ignition("preview", "dev", cwd=bad)
    assert f"[__main__.py:{line_of(BAD, 'vault')}]" in ran.everything
    assert re.search(r"\d refused; ", ran.closing_line)


def test_a_workflow_command_stands_at_the_line_of_the_program_in_the_repository(ignition, bad):
    ran = ignition("preview", "dev", "--annotations", "github", cwd=bad)
    expected = f"::error file=platform/__main__.py,line={line_of(BAD, 'vault')},title={BAD_VAULT}::"
    (command,) = [line for line in ran.out.splitlines() if line.startswith(expected)]
    assert "'bad_name_'" in command


def test_with_json_the_workflow_commands_leave_standard_output_alone(ignition, bad):
    ran = ignition("preview", "dev", "--json", "--annotations", "github", cwd=bad)
    json.loads(ran.out)
    assert "::error file=platform/__main__.py" in ran.err


def test_sarif_names_the_files_relative_to_the_repository(ignition, bad, tmp_path):
    ignition("preview", "dev", "--sarif", str(tmp_path / "refusals.sarif"), cwd=bad)
    (run,) = json.loads((tmp_path / "refusals.sarif").read_text())["runs"]
    locations = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert {each["artifactLocation"]["uri"] for each in locations} == {"platform/__main__.py"}
    assert {each["ruleId"] for each in run["results"]} >= {BAD_VAULT, OVERLAP}


def test_a_file_that_cannot_be_written_is_named(ignition, bad, tmp_path):
    ran = ignition("preview", "dev", "--sarif", str(tmp_path / "no" / "such" / "folder"), cwd=bad)
    assert ran.code == 1
    assert "cannot be written" in ran.err
    assert "Traceback" not in ran.everything


def test_a_refused_change_of_a_state_is_data_too(ignition, tmp_path):

    program = SERVER.format(name="psql-trial", login="ignition")
    where = project(tmp_path / "project", program.replace('"storage_size_gb": 32', '"storage_size_gb": 64'))
    steps = json.loads(ignition("preview", "dev", "--json", cwd=where).out)["steps"]
    state = write_state(tmp_path / "state.json", steps)
    project(where, program)
    ran = ignition("preview", "dev", "--json", "--state", str(state), cwd=where)
    assert ran.code != 0
    (refusal,) = json.loads(ran.out)["refusals"]
    assert (refusal["rule"], refusal["path"]) == ("change.one-way", "storage.storageSizeGB")


def test_a_secret_is_in_no_report(ignition, tmp_path):

    program = SERVER.format(name="Bad_Name", login="ignition").replace("correct-Horse-7-battery", "tooeasyabc")
    where = project(tmp_path / "project", program)
    sarif = tmp_path / "refusals.sarif"
    ran = ignition("preview", "dev", "--json", "--annotations", "github", "--sarif", str(sarif), cwd=where)
    assert "administratorLoginPassword" in ran.out
    assert "tooeasyabc" not in ran.everything + sarif.read_text()
