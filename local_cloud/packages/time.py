"""time: pauses. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.server.resource_types.types_only import BridgedTypesOnly
from local_cloud.services.generated.types.sleep import Sleep


class _Others(BridgedTypesOnly):
    """What else the SDK has: `triggers` make a new moment."""

    module = "pulumiverse_time"
    always_replacing = frozenset({"triggers"})


PACKAGE = Package(name="time", distribution="pulumiverse-time", types=(Sleep(),), functions={}, others=_Others)
