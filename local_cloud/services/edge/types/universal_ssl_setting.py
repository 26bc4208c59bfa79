"""Universal SSL: the free certificate for a zone's apex and one level below it."""

from __future__ import annotations

from typing import ClassVar

from local_cloud.packages.cloudflare.base import EXAMPLE_ZONE, ZONE_ID, EdgeType
from local_cloud.server.resource_types.recovery import Import


class UniversalSslSetting(EdgeType):
    """Whether a zone has Universal SSL."""

    token = "cloudflare:index/universalSslSetting:UniversalSslSetting"
    made_once_source = "https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/"
    after_lost_state = Import("{zoneId}")
    id_from = ("zoneId",)
    singleton = True
    unseen: ClassVar = {
        "enabled": "the zone is not active yet",
    }
    rules = (ZONE_ID,)
    example: ClassVar = {"zoneId": EXAMPLE_ZONE, "enabled": True}
