"""`--strict`, accepted exceptions for rules, and what a language host other than ours leaves of the rules."""

import datetime as dt
import json

import pytest
import yaml

from local_cloud.language_host import LanguageHost
from tests.integration.preview.programs import GROUP, VAULT, exceptions_file, project

RACE = (
    GROUP
    + """
network = azure.network.VirtualNetwork(
    "net", resource_group_name=group.name, address_space={"address_prefixes": ["10.0.0.0/16"]}
)
for number, name in enumerate(("apps", "data")):
    azure.network.Subnet(
        name,
        resource_group_name=group.name,
        virtual_network_name=network.name,
        address_prefix=f"10.0.{number}.0/24",
    )
"""
)
UNREGISTERED = (
    GROUP
    + """
azure.network.PublicIPAddress("ip", resource_group_name=group.name, public_ip_allocation_method="Static")
"""
)


def accept(directory, **entry):
    """An exceptions file with one entry for a rule."""
    entry = {"reason": "tried in dev", "expires": dt.date(2999, 1, 31), **entry}
    (directory / "accepted-exceptions.yaml").write_text(yaml.safe_dump([entry]))


def _rule_of_the_race(ignition, where):
    document = json.loads(ignition("preview", "dev", "--json", cwd=where).out)
    (warning,) = document["warnings"]
    assert document["refusals"] == []
    return warning["rule"]


def test_a_race_is_a_warning_and_strict_refuses_it(ignition, tmp_path):
    where = project(tmp_path, RACE)
    lax = ignition("preview", "dev", cwd=where)
    assert lax.code == 0, lax.everything
    assert "1 warning; " in lax.closing_line
    strict = ignition("preview", "dev", "--strict", cwd=where)
    assert strict.code != 0
    assert "1 refused; " in strict.closing_line


@pytest.mark.parametrize("resources", [["apps", "data"], ["*"], ["urn:pulumi:dev::trial::*"]])
def test_an_exception_for_a_rule_accepts_the_resources_that_it_names(ignition, tmp_path, resources):
    where = project(tmp_path, RACE)
    accept(where, rule=_rule_of_the_race(ignition, where), resources=resources)
    ran = ignition("preview", "dev", "--strict", cwd=where)
    assert ran.code == 0, ran.everything
    assert "1 accepted exception (accepted-exceptions.yaml); " in ran.closing_line


def test_an_exception_that_does_not_name_both_resources_accepts_nothing_and_is_listed_as_unused(ignition, tmp_path):
    where = project(tmp_path, RACE)
    accept(where, rule=_rule_of_the_race(ignition, where), resources=["apps"])
    ran = ignition("preview", "dev", "--strict", cwd=where)
    assert ran.code != 0
    assert "1 unused exception" in ran.closing_line
    assert "accepted-exceptions.yaml, entry 1 (" in ran.everything
    assert "accepted nothing in this preview" in ran.everything


def test_an_expired_exception_for_a_rule_is_refused_with_its_day(ignition, tmp_path):
    where = project(tmp_path, RACE)
    accept(where, rule=_rule_of_the_race(ignition, where), resources=["*"])
    file = where / "accepted-exceptions.yaml"
    file.write_text(file.read_text().replace("2999-01-31", "2020-01-31"))
    ran = ignition("preview", "dev", "--strict", cwd=where)
    assert ran.code != 0
    assert "ended on 2020-01-31" in ran.everything


def test_a_file_of_exceptions_that_cannot_be_used_is_named_once_without_a_traceback(ignition, tmp_path):
    where = project(tmp_path, RACE)
    (where / "accepted-exceptions.yaml").write_text("- rule: x\n")
    ran = ignition("preview", "dev", "--strict", cwd=where)
    assert ran.code != 0
    assert "entry 1 must have exactly rule, resources, reason, expires" in ran.everything
    assert "Traceback" not in ran.everything


def test_strict_refuses_what_is_checked_by_types_only_until_an_exception_accepts_it(ignition, tmp_path):
    where = project(tmp_path, UNREGISTERED)
    lax = ignition("preview", "dev", cwd=where)
    assert lax.code == 0, lax.everything
    assert "1 checked by types only; " in lax.closing_line
    assert ignition("preview", "dev", "--strict", cwd=where).code != 0
    accept(where, rule="types-only", resources=["ip"])
    accepted = ignition("preview", "dev", "--strict", cwd=where)
    assert accepted.code == 0, accepted.everything


@pytest.fixture
def foreign(ignition, tmp_path):
    """Previews through `attach` whose program another language host runs."""
    environment = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}", "PULUMI_CONFIG_PASSPHRASE": ""}
    (tmp_path / "backend").mkdir()
    where = project(tmp_path / "project", GROUP)
    assert (
        ignition("attach", "--", "pulumi", "stack", "init", "dev", "--non-interactive", cwd=where, **environment).code
        == 0
    )
    host = LanguageHost(preload=["json"], warm=False)
    port = host.start()

    def preview(program, *options):
        (where / "__main__.py").write_text(program)
        argv = ("pulumi", "preview", "--stack", "dev", "--non-interactive")
        other = ("env", f"PULUMI_DEBUG_LANGUAGES=python:{port}")
        return ignition("attach", *options, "--", *other, *argv, cwd=where, **environment)

    yield where, preview
    host.stop()


def test_with_another_language_host_the_rules_of_one_resource_remain_and_the_output_says_so(foreign):
    _, preview = foreign
    ran = preview(VAULT.format(sku="ultimate"), "--json")
    assert ran.code != 0
    document = json.loads(ran.out)
    (refusal,) = document["refusals"]
    assert (refusal["rule"], refusal["position"]) == ("sdk.listed-value", None)
    assert document["planJudged"] is False
    assert "the rules on how resources stand together were not asked" in ran.err


def test_with_another_language_host_a_plan_is_not_judged_and_the_output_says_so(foreign):
    _, preview = foreign
    ran = preview(RACE)
    assert ran.code == 0, ran.everything
    assert "the rules on how resources stand together are not asked" in ran.everything
    strict = preview(RACE, "--strict")
    assert strict.code == 1
    assert "were not asked" in strict.err


def test_with_another_language_host_a_function_that_only_the_cloud_answers_is_refused_by_name(foreign):
    _, preview = foreign
    ran = preview(GROUP + 'azure.cdn.get_profile_output(profile_name="edge", resource_group_name="rg-trial")\n')
    assert ran.code != 0
    assert "function 'azure-native:cdn:getProfile' asks the cloud" in ran.everything


def test_with_another_language_host_exceptions_and_types_only_hold_too(foreign):
    where, preview = foreign
    exceptions_file(where, "2999-01-31")
    assert preview(VAULT.format(sku="ultimate")).code == 0
    ran = preview(UNREGISTERED)
    assert ran.code == 0, ran.everything
    assert "checked by the SDK's types only" in ran.everything
