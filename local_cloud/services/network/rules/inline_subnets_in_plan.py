"""Rules over the plan on what stands in a subnet that its network declares inline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from local_cloud.packages.azure_native.sketches import Sketched, endpoint, environment, network, server
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Together
from local_cloud.services.network.rules.subnets_in_plan import inline_subnet


def _same_region(rule: str, path: str, made: Sketched, *, noun: str, source: str) -> Together:
    """
    The rule that a resource is in the region of the network whose inline subnet it stands in.

    Args:
        rule: the rule's id.
        path: the property that holds the subnet's id.
        made: such a resource in West Europe, for the examples; the subnet is filled in.
        noun: what the resource is, with its article.
        source: where that is documented.
    """
    token, inputs = made
    outer, _, inner = path.partition(".")

    def apart(plan: Plan, one: Planned) -> Iterator[tuple[Planned, Planned]]:
        found = inline_subnet(plan, one, path)
        if found is not None and not in_one_region(plan, one, found[0]):
            yield one, found[0]

    def test(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
        for each in plan.of(token):
            yield from plan.as_far_as_known(apart, each)

    def sketch(region: str) -> Sketch:
        inline = [{"name": "snet-inline", "addressPrefix": "10.10.0.0/23"}]
        subnet = {inner: Ref("network", None)}
        return Sketch(network=network(location=region, subnets=inline), one=(token, {**inputs, outer: subnet}))

    return Together(
        id=rule,
        of=token,
        path="location",
        test=test,
        says=f"{noun} is in the region of the network whose subnet it stands in",
        remedy="Give '{this}' the location of '{other}'",
        source=source,
        passes=sketch("westeurope"),
        fails=sketch("northeurope"),
    )


ENDPOINT_IN_INLINE_SUBNET: Final = _same_region(
    "network.endpoint-in-another-region-than-an-inline-subnet",
    "subnet.id",
    endpoint(),
    noun="a private endpoint",
    source="https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
)
ENVIRONMENT_IN_INLINE_SUBNET: Final = _same_region(
    "container_apps.environment-in-another-region-than-an-inline-subnet",
    "vnetConfiguration.infrastructureSubnetId",
    environment(),
    noun="an environment",
    source="https://learn.microsoft.com/azure/container-apps/custom-virtual-networks",
)
SERVER_IN_INLINE_SUBNET: Final = _same_region(
    "postgres.server-in-another-region-than-an-inline-subnet",
    "network.delegatedSubnetResourceId",
    server(),
    noun="a server",
    source="https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private",
)
