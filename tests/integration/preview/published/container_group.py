"""A container group with a public address."""

import pulumi
from pulumi_azure_native import containerinstance, resources

group = resources.ResourceGroup("aci-rg")
instance = containerinstance.ContainerGroup(
    "instance",
    resource_group_name=group.name,
    os_type=containerinstance.OperatingSystemTypes.LINUX,
    containers=[
        containerinstance.ContainerArgs(
            name="web",
            image="mcr.microsoft.com/azuredocs/aci-helloworld",
            ports=[containerinstance.ContainerPortArgs(port=80)],
            resources=containerinstance.ResourceRequirementsArgs(
                requests=containerinstance.ResourceRequestsArgs(cpu=1.0, memory_in_gb=1.5)
            ),
        )
    ],
    ip_address=containerinstance.IpAddressArgs(
        type=containerinstance.ContainerGroupIpAddressType.PUBLIC,
        ports=[containerinstance.PortArgs(port=80, protocol=containerinstance.ContainerGroupNetworkProtocol.TCP)],
    ),
    restart_policy="Always",
)
pulumi.export("address", instance.ip_address.apply(lambda found: found.ip if found else None))
