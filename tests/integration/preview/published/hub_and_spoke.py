"""Two networks that are joined, with a component for each, one of them renamed."""

import pulumi
from pulumi_azure_native import Provider, network, resources

elsewhere = Provider("elsewhere", subscription_id="22222222-2222-2222-2222-222222222222", location="swedencentral")
group = resources.ResourceGroup("net-rg", opts=pulumi.ResourceOptions(provider=elsewhere))


class Spoke(pulumi.ComponentResource):
    """A network with a table of routes."""

    def __init__(self, name: str, space: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trial:net:Spoke", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.network = network.VirtualNetwork(
            f"{name}-net",
            resource_group_name=group.name,
            address_space={"address_prefixes": [space]},
            opts=child,
        )
        network.RouteTable(
            f"{name}-routes",
            resource_group_name=group.name,
            routes=[{"name": "out", "address_prefix": "0.0.0.0/0", "next_hop_type": "Internet"}],
            opts=child,
        )
        self.register_outputs({"id": self.network.id})


options = pulumi.ResourceOptions(providers=[elsewhere])
hub = Spoke("hub", "10.0.0.0/16", options)
aliased = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")]))
spoke = Spoke("spoke", "10.1.0.0/16", aliased)
network.VirtualNetworkPeering(
    "peering",
    resource_group_name=group.name,
    virtual_network_name=hub.network.name,
    remote_virtual_network={"id": spoke.network.id},
    allow_forwarded_traffic=True,
    opts=pulumi.ResourceOptions(provider=elsewhere),
)
