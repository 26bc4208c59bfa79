"""What the engine is told of aliases of each kind, as the SDK would tell it; a resource's generated ones among them."""

import pulumi
import pulumi_random as random
from pulumi.runtime.resource import prepare_aliases
from pulumi_azure_native import resources

FORMER_URN = "urn:pulumi:dev::trial::random:index/randomPassword:RandomPassword::former"
KINDS = {
    "former-type": [pulumi.Alias(type_="random:index/former:Former"), pulumi.Alias(type_="random:Former")],
    "former-name": [pulumi.Alias(name="former")],
    "no-parent": [pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)],
    "other-stack": [pulumi.Alias(type_="random:Former", stack="former", project=pulumi.Output.from_input("other"))],
    "urn": [FORMER_URN],
    "late": [pulumi.Output.from_input(pulumi.Alias(type_="random:Former"))],
    "mixed": [pulumi.Alias(type_="random:Former"), FORMER_URN],
    "none": [],
}
GENERATED = resources.ResourceGroup("group", resource_group_name="group")

for name, aliases in KINDS.items():
    parent = random.RandomPassword(name, length=8, opts=pulumi.ResourceOptions(aliases=aliases))
    random.RandomPassword(f"{name}-child", length=8, opts=pulumi.ResourceOptions(parent=parent, aliases=aliases))


async def _told():
    for name, aliases in KINDS.items():
        options = pulumi.ResourceOptions(aliases=aliases)
        for alias in await prepare_aliases(GENERATED, options, True):
            pulumi.log.info(f"{name}: {alias.SerializeToString(deterministic=True)!r}")


pulumi.Output.from_input(_told()).apply(lambda _: None)
