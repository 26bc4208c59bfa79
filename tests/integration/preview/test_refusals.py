"""What Azure or Cloudflare would refuse, and what is no mistake of theirs to find, in other people's programs too."""

import pytest

from tests.integration.preview.programs import GROUP, SERVER, VAULT, exceptions_file, project

PASSWORD = "correct-Horse-7-battery"


def test_a_value_that_azure_refuses_is_refused_with_resource_property_value_and_rule(ignition, tmp_path):
    ran = ignition("preview", "dev", cwd=project(tmp_path, SERVER.format(name="Bad_Name", login="ignition")))
    assert ran.code != 0
    for named in ("azure-native:dbforpostgresql:Server", "database", "serverName", "'Bad_Name'"):
        assert named in ran.everything
    assert "lowercase letters" in ran.everything or "lower-case letters" in ran.everything
    assert "Traceback" not in ran.everything


def test_every_mistake_of_a_resource_is_told_at_once(ignition, tmp_path):
    ran = ignition("preview", "dev", cwd=project(tmp_path, SERVER.format(name="Bad_Name", login="admin")))
    assert "serverName" in ran.everything
    assert "administratorLogin" in ran.everything


def test_a_good_program_of_somebody_else_passes(ignition, tmp_path):
    ran = ignition("preview", "dev", cwd=project(tmp_path, SERVER.format(name="psql-trial", login="ignition")))
    assert ran.code == 0, ran.everything


def test_a_value_that_cloudflare_refuses_is_refused_with_resource_property_value_and_rule(ignition, tmp_path):
    program = (
        "import pulumi_cloudflare as cloudflare\n"
        'cloudflare.DnsRecord("api", zone_id="0" * 32, name="api.example.org", type="CNAME", content="x.org", ttl=7)\n'
    )
    ran = ignition("preview", "dev", cwd=project(tmp_path, program))
    assert ran.code != 0
    for named in ("cloudflare:index/dnsRecord:DnsRecord", "api", "ttl", "7", "60"):
        assert named in ran.everything


def test_a_resource_type_that_no_installed_sdk_has_is_refused_by_name(ignition, tmp_path):
    program = GROUP + 'pulumi.CustomResource("azure-native:web:NoSuchThing", "odd", {"x": 1})\n'
    ran = ignition("preview", "dev", cwd=project(tmp_path, program))
    assert ran.code != 0
    assert "resource type 'azure-native:web:NoSuchThing' (resource 'odd') is not in the installed" in ran.everything


def test_a_function_that_no_installed_sdk_has_is_refused_by_name(ignition, tmp_path):
    program = GROUP + 'pulumi.runtime.invoke("azure-native:web:getNoSuchThing", {})\n'
    ran = ignition("preview", "dev", cwd=project(tmp_path, program))
    assert ran.code != 0
    assert "function 'azure-native:web:getNoSuchThing' is not in the installed" in ran.everything


@pytest.mark.parametrize("flags", [(), ("--diff",), ("--json",)])
@pytest.mark.parametrize("name", ["psql-trial", "Bad_Name"])
def test_a_secret_is_never_printed(ignition, tmp_path, flags, name):
    ran = ignition("preview", "dev", *flags, cwd=project(tmp_path, SERVER.format(name=name, login="ignition")))
    assert "serverName" in ran.everything or not flags or name == "Bad_Name"
    assert PASSWORD not in ran.everything


def test_a_secret_that_is_itself_refused_is_not_printed(ignition, tmp_path):
    program = SERVER.format(name="psql-trial", login="ignition").replace(PASSWORD, "tooeasyabc")
    ran = ignition("preview", "dev", cwd=project(tmp_path, program))
    assert ran.code != 0
    assert "administratorLoginPassword" in ran.everything
    assert "tooeasyabc" not in ran.everything


def test_a_value_that_no_list_knows_yet_is_refused(ignition, tmp_path):
    ran = ignition("preview", "dev", cwd=project(tmp_path, VAULT.format(sku="ultimate")))
    assert ran.code != 0
    assert "'ultimate'" in ran.everything


def test_an_accepted_exception_lets_it_through_and_is_counted(ignition, tmp_path):
    exceptions_file(project(tmp_path, VAULT.format(sku="ultimate")), "2999-01-31")
    ran = ignition("preview", "dev", cwd=tmp_path)
    assert ran.code == 0, ran.everything
    assert "1 accepted exception (accepted-exceptions.yaml)" in ran.closing_line
    assert "unused" not in ran.everything


def test_an_expired_exception_lets_nothing_through(ignition, tmp_path):
    exceptions_file(project(tmp_path, VAULT.format(sku="ultimate")), "2020-01-31")
    ran = ignition("preview", "dev", cwd=tmp_path)
    assert ran.code != 0
    assert "'ultimate'" in ran.everything
    assert "2020-01-31" in ran.everything
