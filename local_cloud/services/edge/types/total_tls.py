"""Total TLS: a certificate for every proxied host of a zone, whatever its depth."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.cloudflare.base import EXAMPLE_ZONE, ZONE_ID, EdgeType
from local_cloud.server.resource_types.recovery import Import


class TotalTls(EdgeType):
    """Whether a zone has Total TLS. Removing the resource leaves it as it is in a real zone; the local edge goes back to the default."""

    token = "cloudflare:index/totalTls:TotalTls"
    made_once_source = "https://developers.cloudflare.com/ssl/edge-certificates/additional-options/total-tls/"
    after_lost_state = Import("{zoneId}")
    id_from = ("zoneId",)
    singleton = True
    unseen: ClassVar = {
        "enabled": "the zone has no Advanced Certificate Manager",
    }
    rules = (ZONE_ID,)
    example: ClassVar = {"zoneId": EXAMPLE_ZONE, "enabled": True, "certificateAuthority": "google"}
