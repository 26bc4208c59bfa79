"""random: values drawn once and kept. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.services.generated.types.random_id import RandomId, RandomUuid
from local_cloud.services.generated.types.random_password import RandomPassword, RandomString

PACKAGE = Package(
    name="random",
    distribution="pulumi-random",
    types=(RandomId(), RandomPassword(), RandomString(), RandomUuid()),
    functions={},
)
