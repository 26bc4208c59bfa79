"""
Cloudflare's edge on this machine: certificates as they are earned, settings and rules, and the hop to the origin.

Records are `dns`'s, apps are `container_apps`'; whoever knows both makes the `EdgeState`.
"""

from local_cloud.services.edge.backend.coverage import Earned, certificate_for, certificates_of
from local_cloud.services.edge.backend.edge import Edge, EdgeCertificate
from local_cloud.services.edge.backend.expressions import ExpressionUnknown, to_cel
from local_cloud.services.edge.backend.state import (
    AccessApplication,
    BlockRule,
    EdgeState,
    HeaderChange,
    HeaderRule,
    Host,
    Hsts,
    Normalization,
    Origin,
    RateLimitRule,
    SslMode,
    SslRule,
    Zone,
)

__all__ = [
    "AccessApplication",
    "BlockRule",
    "Earned",
    "Edge",
    "EdgeCertificate",
    "EdgeState",
    "ExpressionUnknown",
    "HeaderChange",
    "HeaderRule",
    "Host",
    "Hsts",
    "Normalization",
    "Origin",
    "RateLimitRule",
    "SslMode",
    "SslRule",
    "Zone",
    "certificate_for",
    "certificates_of",
    "to_cel",
]
