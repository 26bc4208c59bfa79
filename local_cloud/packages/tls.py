"""tls: keys and signing requests, really made. A new type is one file, one example and one line here."""

from __future__ import annotations

from local_cloud.server.package import Package
from local_cloud.services.generated.types.cert_request import CertRequest
from local_cloud.services.generated.types.private_key import PrivateKey

PACKAGE = Package(name="tls", distribution="pulumi-tls", types=(CertRequest(), PrivateKey()), functions={})
