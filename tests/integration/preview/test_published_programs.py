"""Programs of the kinds that people publish, with types that nobody registered here, previewed as they are."""

import json
from pathlib import Path

import pytest

from tests.integration.preview.programs import GROUP, project

PROGRAMS = sorted(Path(__file__).with_name("published").glob("*.py"))


@pytest.fixture
def preview(ignition, tmp_path):
    """`ignition attach --json -- pulumi preview` of a program, in a project with a backend of its own."""
    environment = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}", "PULUMI_CONFIG_PASSPHRASE": ""}
    (tmp_path / "backend").mkdir()

    def run(program, *options):
        where = project(tmp_path / "project", program)
        made = ignition("attach", "--", "pulumi", "stack", "init", "dev", "--non-interactive", cwd=where, **environment)
        assert made.code == 0, made.everything
        argv = ("pulumi", "preview", "--stack", "dev", "--non-interactive")
        return ignition("attach", "--json", *options, "--", *argv, cwd=where, **environment)

    return run


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda file: file.stem)
def test_a_published_kind_of_program_previews_and_says_what_was_checked_by_types_only(preview, program):
    ran = preview(program.read_text())
    assert ran.code == 0, ran.everything
    document = json.loads(ran.out)
    assert document["refusals"] == []
    assert document["planJudged"]
    assert document["checkedByTypesOnly"]
    assert f"{len(document['checkedByTypesOnly'])} checked by types only" in ran.closing_line


@pytest.mark.parametrize(
    ("program", "change", "refused"),
    [
        ("app_service", ('kind="app"', "kind=7"), ("sdk.type", "kind")),
        (
            "container_group",
            ("os_type=containerinstance.OperatingSystemTypes.LINUX", 'os_type="Plan9"'),
            ("sdk.listed-value", "osType"),
        ),
        ("edge_site", ('production_branch="main"', "production_branch=3"), ("sdk.type", "productionBranch")),
        (
            "edge_site",
            ("account_id=account, title", 'account_id="x", title'),
            ("cloudflare.WorkersKvNamespace.accountId.pattern", "accountId"),
        ),
        (
            "kubernetes",
            ("resource_group_name=group.name,\n    dns", 'resource_group_name="rg.",\n    dns'),
            ("containerservice.ManagedCluster.resourceGroupName.pattern", "resourceGroupName"),
        ),
    ],
)
def test_what_the_sdk_or_the_whole_package_knows_of_such_a_type_is_refused(preview, program, change, refused):
    (file,) = (each for each in PROGRAMS if each.stem == program)
    text = file.read_text()
    assert change[0] in text
    ran = preview(text.replace(*change))
    assert ran.code != 0
    found = {(each["rule"], each["path"]) for each in json.loads(ran.out)["refusals"]}
    assert found == {refused}


def test_an_unknown_function_is_named_with_what_it_returned_instead(preview):
    (file,) = (each for each in PROGRAMS if each.stem == "edge_site")
    ran = preview(file.read_text())
    assert json.loads(ran.out)["unknownFunctions"] == ["cloudflare:index/getZone:getZone"]
    assert "everything that it returns is unknown" in ran.err


def test_another_stack_is_unknown_where_no_backend_is_contacted(ignition, tmp_path):
    program = GROUP + (
        'other = pulumi.StackReference("acme/network/dev")\n'
        'azure.resources.ResourceGroup("two", resource_group_name=other.get_output("group"), location="westeurope")\n'
        'pulumi.export("id", other.require_output("id"))\n'
    )
    ran = ignition("preview", "dev", cwd=project(tmp_path, program))
    assert ran.code == 0, ran.everything
    assert "stack 'acme/network/dev' is not looked up" in ran.everything


def test_another_stack_of_ones_own_backend_is_read_from_it(preview):
    ran = preview(GROUP + 'pulumi.StackReference("organization/trial/none").get_output("x")\n')
    assert ran.code != 0
    assert "organization/trial/none" in ran.everything


def test_a_dynamic_resource_is_planned_without_running_its_code(preview):
    program = GROUP + (
        "from pulumi import dynamic\n"
        "class Maker(dynamic.ResourceProvider):\n"
        "    def check(self, olds, news): raise SystemExit('the code was run')\n"
        "    def create(self, inputs): raise SystemExit('the code was run')\n"
        "class Thing(dynamic.Resource):\n"
        "    made: pulumi.Output[str]\n"
        "    def __init__(self, name, size): super().__init__(Maker(), name, {'size': size, 'made': None})\n"
        "thing = Thing('thing', group.name)\n"
        "pulumi.export('made', thing.made)\n"
    )
    ran = preview(program)
    assert ran.code == 0, ran.everything
    assert "the code was run" not in ran.everything
    assert "dynamic resources" in ran.err


IMPORTING = """
import pulumi
import pulumi_azure_native as azure

RG = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-trial"
group = azure.resources.ResourceGroup(
    "main", resource_group_name="rg-trial", location="westeurope", opts=pulumi.ResourceOptions(import_=RG)
)
vault = azure.keyvault.Vault(
    "vault",
    resource_group_name="rg-trial",
    vault_name="kv-trial",
    location="westeurope",
    properties={"tenant_id": RG.split("/")[2], "sku": {"family": "A", "name": "standard"}, "access_policies": []},
)
address = azure.network.PublicIPAddress(
    "address",
    resource_group_name=group.name,
    public_ip_address_name="pip-trial",
    opts=pulumi.ResourceOptions(import_=f"{RG}/providers/Microsoft.Network/publicIPAddresses/pip-trial"),
)
"""


def test_what_a_program_imports_is_there_before_and_the_preview_says_that_it_compared_nothing_with_it(preview):
    ran = preview(IMPORTING)
    assert ran.code == 0, ran.everything
    document = json.loads(ran.out)
    assert document["refusals"] == []
    assert document["planJudged"]
    assert ran.err.count("this preview compared nothing with it") >= 2
    assert "does not support importing" not in ran.everything
