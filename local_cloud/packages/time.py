"""time: pauses. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.services.generated.types.sleep import Sleep

PACKAGE = Package(name="time", distribution="pulumiverse-time", types=(Sleep(),), functions={})
