"""tls: keys and signing requests, really made. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.server.resource_types.types_only import BridgedTypesOnly
from local_cloud.services.generated.types.cert_request import CertRequest
from local_cloud.services.generated.types.private_key import PrivateKey


class _Others(BridgedTypesOnly):
    """What else the SDK has: every change makes a new key or certificate, but for when it is renewed."""

    module = "pulumi_tls"
    keeps_in_place = frozenset({"earlyRenewalHours"})


PACKAGE = Package(
    name="tls", distribution="pulumi-tls", types=(CertRequest(), PrivateKey()), functions={}, others=_Others
)
