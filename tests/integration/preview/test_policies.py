"""The policy pack of a project, in previews of ours and by plain Pulumi, with the same outcome."""

import datetime as dt
import json
import re
import shutil
import subprocess

import pytest
import yaml

from tests.integration.preview.programs import GROUP, project
from tests.support.ignition_command import ROOT

PROGRAM = (
    GROUP
    + """
azure.keyvault.Vault(
    "vault",
    resource_group_name=group.name,
    vault_name="kv-trial-dev",
    tags={"environment": "dev", "owner": "platform", "managed-by": "pulumi"},
    properties={
        "tenant_id": "11111111-1111-1111-1111-111111111111",
        "sku": {"family": "A", "name": "standard"},
        "enable_rbac_authorization": False,
        "enable_purge_protection": True,
        "soft_delete_retention_in_days": 90,
        "public_network_access": "Disabled",
        "network_acls": {"bypass": "None", "default_action": "Deny"},
    },
)
"""
)
ROLES = "vault.roles"
EXCEPTION = {
    "policy": ROLES,
    "resources": ["vault"],
    "reason": "an old program reads it by policies",
    "expires": dt.date(2999, 1, 31),
}


def accept(where, *entries):
    (where / "accepted-exceptions.yaml").write_text(yaml.safe_dump(list(entries)))


@pytest.fixture
def trial(tmp_path):
    """A repository with our pack, whose program breaks a mandatory policy and some advisory ones."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    where = project(tmp_path / "platform", PROGRAM)
    (where / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": {"ignition:stage": "development"}}))
    shutil.copytree(ROOT / "policy", where / "policy", ignore=shutil.ignore_patterns("__pycache__"))
    return where


def violated(document):
    return sorted(each["policy"] for each in document["policies"])


@pytest.mark.parametrize("stack", ["dev", "prod", "local"])
def test_the_stacks_of_this_repository_keep_every_policy_or_say_why_not(ignition, stack):
    document = json.loads(ignition("preview", stack, "--json").out)
    assert document["policies"] == []
    assert document["unusedExceptions"] == []
    (pack,) = document["policyPacks"]
    assert pack["name"] == "ignition"
    assert pack["policies"] > 10


def test_a_mandatory_policy_fails_the_preview_and_shows_file_line_severity_and_remedy(ignition, trial):
    ran = ignition("preview", "dev", cwd=trial)
    assert ran.code != 0
    line = PROGRAM.splitlines().index("azure.keyvault.Vault(") + 1
    shown = next(each for each in ran.out.splitlines() if each.strip().startswith("error: policy vault.roles"))
    assert "policy vault.roles (high, mandatory)" in shown
    assert "'enableRbacAuthorization' is not true" in shown
    assert "Set `enableRbacAuthorization` to true" in shown
    assert shown.endswith(f"[__main__.py:{line}]")
    assert "mandatory policies speak against this plan" in ran.everything
    assert re.search(r"\d+ against mandatory policies", ran.closing_line)


def test_an_advisory_policy_is_shown_and_fails_nothing(ignition, trial):
    tags = {"environment": "dev", "owner": "platform", "managed-by": "pulumi"}
    logs = f'azure.operationalinsights.Workspace("logs", resource_group_name=group.name, tags={tags})\n'
    (trial / "__main__.py").write_text(GROUP + logs)
    others = [EXCEPTION | {"policy": policy, "resources": ["*"]} for policy in ("watch.budget", "watch.tags")]
    accept(trial, *others)
    ran = ignition("preview", "dev", cwd=trial)
    assert ran.code == 0, ran.everything
    assert "warning: policy watch.log-cap (low, advisory)" in ran.out
    assert "1 against advisory policies, 2 accepted exceptions" in ran.closing_line


def test_json_sarif_and_annotations_have_each_violation(ignition, trial, tmp_path):
    ran = ignition(
        "preview", "dev", "--json", "--annotations", "github", "--sarif", str(tmp_path / "out.sarif"), cwd=trial
    )
    found = {each["policy"]: each for each in json.loads(ran.out)["policies"]}[ROLES]
    line = PROGRAM.splitlines().index("azure.keyvault.Vault(") + 1
    assert found["position"] == {"file": "platform/__main__.py", "line": line}
    assert (found["severity"], found["enforcement"], found["pack"]) == ("high", "mandatory", "ignition")
    assert found["urn"].endswith("::vault")
    assert found["source"].startswith("https://learn.microsoft.com/")
    assert f"::error file=platform/__main__.py,line={line},title={ROLES}::" in ran.err
    sarif = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]
    (result,) = [each for each in sarif["results"] if each["ruleId"] == ROLES]
    assert result["level"] == "error"
    rule = sarif["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["properties"] == {"tags": ["policy"], "security-severity": "8.0"}


def test_an_exception_with_reason_and_date_accepts_a_violation_and_is_counted(ignition, trial):
    accept(trial, EXCEPTION)
    document = json.loads(ignition("preview", "dev", "--json", cwd=trial).out)
    assert ROLES not in violated(document)
    (accepted,) = document["acceptedExceptions"]
    assert accepted["rule"] == ROLES
    assert accepted["reason"] == EXCEPTION["reason"]


def test_an_expired_exception_accepts_nothing(ignition, trial):
    accept(trial, EXCEPTION | {"expires": dt.date(2020, 1, 31)})
    document = json.loads((ran := ignition("preview", "dev", "--json", cwd=trial)).out)
    assert ran.code != 0
    (found,) = [each for each in document["policies"] if each["policy"] == ROLES]
    assert "its exception in accepted-exceptions.yaml ended on 2020-01-31" in found["message"]


def test_an_exception_that_accepts_nothing_is_named(ignition, trial):
    accept(trial, EXCEPTION | {"resources": ["other"]})
    document = json.loads(ignition("preview", "dev", "--json", cwd=trial).out)
    assert document["unusedExceptions"] == [f"accepted-exceptions.yaml, entry 1 ({ROLES}, other)"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"expires": None}, "entry 1 must have exactly policy, resources, reason, expires"),
        ({"reason": None}, "entry 1 must have exactly policy, resources, reason, expires"),
        ({"policy": "vault.rolls"}, "there is no policy 'vault.rolls'"),
    ],
)
def test_an_exception_that_cannot_be_used_is_a_clear_error(ignition, trial, entry, says):
    accept(trial, {name: value for name, value in (EXCEPTION | entry).items() if value is not None})
    ran = ignition("preview", "dev", cwd=trial)
    assert ran.code != 0
    assert says in ran.everything
    assert "Traceback" not in ran.everything


def test_a_pack_that_does_not_load_fails_the_preview_with_the_reason(ignition, trial):
    (trial / "policy" / "__main__.py").write_text("raise ValueError('the mistake of the pack')\n")
    ran = ignition("preview", "dev", cwd=trial)
    assert ran.code != 0
    assert "policy cannot be used: ValueError: the mistake of the pack" in ran.everything


def test_a_rule_that_is_edited_holds_in_the_next_preview(ignition, trial):
    assert ROLES in violated(json.loads(ignition("preview", "dev", "--json", cwd=trial).out))
    rule = trial / "policy" / "vault" / "roles.py"
    rule.write_text(rule.read_text().replace("is not True:", "is None:"))
    assert ROLES not in violated(json.loads(ignition("preview", "dev", "--json", cwd=trial).out))


def plain(ignition, trial):
    """`pulumi preview` by the real engine, which runs the pack itself."""
    backend = trial / "backend"
    backend.mkdir(exist_ok=True)
    environment = {"PULUMI_BACKEND_URL": f"file://{backend}", "PULUMI_CONFIG_PASSPHRASE": ""}

    def pulumi(*arguments):
        return ignition("attach", "--", "pulumi", *arguments, "--non-interactive", cwd=trial, **environment)

    if not any(backend.iterdir()):
        assert pulumi("stack", "init", "dev").code == 0
    return pulumi("preview", "--stack", "dev", "--policy-pack", "policy")


def test_plain_pulumi_runs_the_same_pack_with_the_same_outcome(ignition, trial):
    ran = plain(ignition, trial)
    assert ran.code != 0
    shown = set(re.findall(r"\[(mandatory|advisory)\] \[severity: \w+\]\s+(\S+)", ran.out))
    document = json.loads(ignition("preview", "dev", "--json", cwd=trial).out)
    assert shown == {(each["enforcement"], each["policy"]) for each in document["policies"]}
    assert "policy vault.roles (high" not in ran.everything  # the engine shows it, and nobody else does


def test_plain_pulumi_takes_the_same_exceptions(ignition, trial):
    accept(trial, EXCEPTION, EXCEPTION | {"policy": "watch.tags", "resources": ["nothing"]})
    ran = plain(ignition, trial)
    assert ROLES not in ran.out
    assert "entry 2 (watch.tags, nothing) accepted nothing" in ran.out
    accept(trial, EXCEPTION | {"expires": dt.date(2020, 1, 31)})
    assert "its exception in accepted-exceptions.yaml ended on 2020-01-31" in plain(ignition, trial).out
