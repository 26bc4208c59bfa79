"""What the whole plan is refused for, through `ignition preview` with the real engine."""

from tests.integration.preview.programs import project

NETWORK = """
from pulumi import ResourceOptions
from pulumi_azure_native import keyvault, network, resources

group = resources.ResourceGroup("group")
net = network.VirtualNetwork(
    "net", resource_group_name=group.name, address_space={"address_prefixes": ["10.0.0.0/16"]}
)


def subnet(name, prefix, *after):
    return network.Subnet(
        name,
        resource_group_name=group.name,
        virtual_network_name=net.name,
        subnet_name=name,
        address_prefix=prefix,
        opts=ResourceOptions(depends_on=list(after)),
    )


"""
BAD_VAULT = """
properties = {"tenant_id": "11111111-1111-1111-1111-111111111111", "sku": {"family": "A", "name": "standard"}}
keyvault.Vault("vault", resource_group_name=group.name, vault_name="bad_name_", properties=properties)
"""


def _preview(ignition, directory, text):
    return ignition("preview", "dev", cwd=project(directory, NETWORK + text))


def test_a_network_whose_subnets_stand_well_together_passes_without_a_word(ignition, tmp_path):
    ran = _preview(ignition, tmp_path, 'subnet("data", "10.0.1.0/24", subnet("apps", "10.0.0.0/24"))\n')
    assert ran.code == 0, ran.everything
    assert "warning" not in ran.everything


def test_two_subnets_that_overlap_are_refused_with_both_the_value_and_where_they_are_declared(ignition, tmp_path):
    ran = _preview(ignition, tmp_path, 'subnet("data", "10.0.0.0/25", subnet("apps", "10.0.0.0/24"))\n')
    assert ran.code != 0
    for named in ("Subnet 'apps'", "10.0.0.0/25", "share no address", "__main__.py:", "Give 'data' a range"):
        assert named in ran.everything


def test_a_reference_by_a_name_that_the_provider_makes_up_is_followed(ignition, tmp_path):
    ran = _preview(ignition, tmp_path, 'subnet("far", "10.9.0.0/24")\n')
    assert ran.code != 0
    assert "VirtualNetwork 'net'" in ran.everything


def test_an_order_that_nothing_keeps_is_a_warning(ignition, tmp_path):
    ran = _preview(ignition, tmp_path, 'subnet("apps", "10.0.0.0/24")\nsubnet("data", "10.0.1.0/24")\n')
    assert ran.code == 0, ran.everything
    assert "depends_on=[" in ran.everything


def test_what_one_resource_is_refused_for_and_what_the_plan_is_refused_for_are_told_in_one_run(ignition, tmp_path):
    ran = _preview(ignition, tmp_path, BAD_VAULT + 'subnet("data", "10.0.0.0/25", subnet("apps", "10.0.0.0/24"))\n')
    assert ran.code != 0
    for named in ("'bad_name_'", "share no address"):
        assert named in ran.everything
