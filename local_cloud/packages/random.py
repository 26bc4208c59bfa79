"""random: values drawn once and kept. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.server.resource_types.types_only import BridgedTypesOnly
from local_cloud.services.generated.types.random_id import RandomId, RandomUuid
from local_cloud.services.generated.types.random_password import RandomPassword, RandomString


class _Others(BridgedTypesOnly):
    """What else the SDK has: whatever is drawn is drawn again when an input changes."""

    module = "pulumi_random"
    keeps_in_place = frozenset()


PACKAGE = Package(
    name="random",
    distribution="pulumi-random",
    types=(RandomId(), RandomPassword(), RandomString(), RandomUuid()),
    functions={},
    others=_Others,
)
