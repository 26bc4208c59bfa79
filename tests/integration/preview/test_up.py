"""`ignition up` and `ignition attach -- pulumi preview` refuse a plan by the rules over the plan, before anything is made."""

import json

import pytest
import yaml

from tests.integration.preview.programs import project
from tests.support.local_platform import LocalPlatform

NETWORK = """
import pulumi
from pulumi_azure_native import network, resources

group = resources.ResourceGroup("group", resource_group_name="rg-trial", location="westeurope")
net = network.VirtualNetwork(
    "net", resource_group_name=group.name, location="westeurope", address_space={{"address_prefixes": ["10.0.0.0/16"]}}
)
apps = network.Subnet(
    "apps", resource_group_name=group.name, virtual_network_name=net.name, address_prefix="10.0.0.0/24"
)
network.Subnet(
    "data",
    resource_group_name=group.name,
    virtual_network_name=net.name,
    address_prefix="{prefix}",
    opts=pulumi.ResourceOptions(depends_on=[apps]),
)
"""
GOOD, OVERLAPPING = "10.0.1.0/24", "10.0.0.0/25"


def _small(directory):
    """A local stack with a small program of its own and no apps."""
    made = LocalPlatform.make(directory)
    (made.project / "infra").unlink()
    (made.project / "infra").mkdir()
    document = yaml.safe_load((made.project / "Pulumi.local.yaml").read_text())
    document["config"]["ignition:services"] = {}
    document["config"].pop("pulumi:disable-default-providers")
    (made.project / "Pulumi.local.yaml").write_text(yaml.safe_dump(document))
    return made


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    made = _small(tmp_path_factory.mktemp("refused"))
    yield made
    made.remove()


@pytest.fixture
def untouched(tmp_path):
    made = _small(tmp_path)
    yield made
    made.remove()


def _write(platform, prefix):
    (platform.project / "infra" / "__main__.py").write_text(NETWORK.format(prefix=prefix))


def _prefixes(platform):
    deployment = json.loads(platform.pulumi_raw("stack", "export"))["deployment"]
    subnets = [each for each in deployment.get("resources", []) if each["type"].endswith(":Subnet")]
    return sorted(each["inputs"]["addressPrefix"] for each in subnets)


def test_up_makes_nothing_of_a_plan_that_breaks_a_rule(untouched):
    _write(untouched, OVERLAPPING)
    ran = untouched.ignition("up", "--state-dir", str(untouched.state))
    assert ran.code != 0
    assert "Subnet 'apps'" in ran.output, ran.output
    assert "__main__.py:" in ran.output
    assert _prefixes(untouched) == []
    assert "resources:ResourceGroup" not in untouched.pulumi_raw("stack", "export")


def test_up_changes_nothing_of_a_state_when_the_change_breaks_a_rule(mine):
    _write(mine, GOOD)
    mine.up()
    assert _prefixes(mine) == ["10.0.0.0/24", GOOD]
    _write(mine, OVERLAPPING)
    ran = mine.ignition("up", "--state-dir", str(mine.state))
    assert ran.code != 0
    assert "Subnet 'apps'" in ran.output, ran.output
    assert _prefixes(mine) == ["10.0.0.0/24", GOOD]


def test_up_refuses_a_type_that_it_has_no_part_or_record_for(mine):
    program = NETWORK.format(prefix=GOOD) + (
        'network.PublicIPAddress("ip", resource_group_name=group.name, public_ip_allocation_method="Static")\n'
    )
    (mine.project / "infra" / "__main__.py").write_text(program)
    ran = mine.ignition("up", "--state-dir", str(mine.state))
    assert ran.code != 0
    assert "'azure-native:network:PublicIPAddress' (resource 'ip') is not registered" in ran.output


@pytest.fixture
def attached(ignition, tmp_path):
    """A project with a backend of its own, and a way to preview a program in it with options of `attach`."""
    environment = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}", "PULUMI_CONFIG_PASSPHRASE": ""}
    (tmp_path / "backend").mkdir()
    where = project(tmp_path / "project", NETWORK.format(prefix=OVERLAPPING))
    made = ignition("attach", "--", "pulumi", "stack", "init", "dev", "--non-interactive", cwd=where, **environment)
    assert made.code == 0, made.everything

    def preview(*options):
        argv = ("pulumi", "preview", "--stack", "dev", "--non-interactive")
        return ignition("attach", *options, "--", *argv, cwd=where, **environment)

    return preview


def test_a_plain_preview_that_is_attached_is_refused_by_a_rule_over_the_plan(attached):
    ran = attached()
    assert ran.code != 0
    assert "Subnet 'apps'" in ran.everything


def test_attach_writes_the_same_reports(attached, tmp_path):
    ran = attached("--json", "--annotations", "github", "--sarif", str(tmp_path / "refusals.sarif"))
    assert ran.code != 0
    (refusal,) = json.loads(ran.out)["refusals"]
    assert refusal["rule"] == "network.subnets-overlap"
    assert refusal["position"]["file"] == "__main__.py"
    assert "::error file=__main__.py,line=" in ran.err
    assert json.loads((tmp_path / "refusals.sarif").read_text())["runs"][0]["results"]
    assert ran.closing_line == "1 refused"


def test_an_unchanged_plan_is_judged_once(mine):
    _write(mine, GOOD.replace("/24", "/25"))
    first = mine.ignition("up", "--state-dir", str(mine.state))
    logs = sorted((mine.state / "pulumi" / "home" / "logs").iterdir())
    second = mine.ignition("up", "--state-dir", str(mine.state))
    assert (first.code, "Previewing update" in first.output) == (0, True), first.output
    assert (second.code, "Previewing update" in second.output) == (0, False), second.output
    # Only the run that could change something is worth a log of the engine.
    assert logs != []
    assert sorted((mine.state / "pulumi" / "home" / "logs").iterdir()) == logs
