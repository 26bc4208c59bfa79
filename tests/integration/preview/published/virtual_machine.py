"""A Linux machine with a network, a public address and a key made by the program."""

import pulumi
import pulumi_tls as tls
from pulumi_azure_native import compute, network, resources

group = resources.ResourceGroup("vm-rg")
key = tls.PrivateKey("key", algorithm="RSA", rsa_bits=4096)
net = network.VirtualNetwork(
    "net",
    resource_group_name=group.name,
    address_space=network.AddressSpaceArgs(address_prefixes=["10.0.0.0/16"]),
    subnets=[network.SubnetArgs(name="default", address_prefix="10.0.1.0/24")],
)
address = network.PublicIPAddress("address", resource_group_name=group.name, public_ip_allocation_method="Dynamic")
card = network.NetworkInterface(
    "card",
    resource_group_name=group.name,
    ip_configurations=[
        network.NetworkInterfaceIPConfigurationArgs(
            name="main",
            subnet=network.SubnetArgs(id=net.subnets.apply(lambda subnets: subnets[0].id)),
            public_ip_address=network.PublicIPAddressArgs(id=address.id),
        )
    ],
)
machine = compute.VirtualMachine(
    "machine",
    resource_group_name=group.name,
    network_profile=compute.NetworkProfileArgs(
        network_interfaces=[compute.NetworkInterfaceReferenceArgs(id=card.id, primary=True)]
    ),
    hardware_profile=compute.HardwareProfileArgs(vm_size="Standard_B1s"),
    os_profile=compute.OSProfileArgs(
        computer_name="machine",
        admin_username="operator",
        linux_configuration=compute.LinuxConfigurationArgs(
            disable_password_authentication=True,
            ssh=compute.SshConfigurationArgs(
                public_keys=[
                    compute.SshPublicKeyArgs(
                        key_data=key.public_key_openssh, path="/home/operator/.ssh/authorized_keys"
                    )
                ]
            ),
        ),
    ),
    storage_profile=compute.StorageProfileArgs(
        image_reference=compute.ImageReferenceArgs(
            publisher="Canonical", offer="0001-com-ubuntu-server-jammy", sku="22_04-lts", version="latest"
        ),
        os_disk=compute.OSDiskArgs(create_option="FromImage", name="os"),
    ),
)
pulumi.export("address", machine.id.apply(lambda _: address.ip_address))
