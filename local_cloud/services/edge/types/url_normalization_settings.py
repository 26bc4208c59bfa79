"""What a zone's rules see of a URL."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.cloudflare.base import EXAMPLE_ZONE, ZONE_ID, EdgeType
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.rules import Choice

_SETTINGS: Final = "https://developers.cloudflare.com/rules/normalization/settings/"


class UrlNormalizationSettings(EdgeType):
    """
    How a zone normalizes URLs. Removing the resource brings the default back.

    The local edge's rules follow it. Scope `both` is `incoming` there: the origin gets every URL as the client sent it.
    """

    token = "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings"
    made_once_source = "https://developers.cloudflare.com/rules/normalization/"
    after_lost_state = Import("{zoneId}")
    id_from = ("zoneId",)
    singleton = True
    unseen: ClassVar = {
        "zoneId": "the zone is not active yet",
    }
    rules = (
        ZONE_ID,
        Choice(
            path="type",
            among=("cloudflare", "rfc3986"),
            says="URLs are normalized as `cloudflare` or as `rfc3986` says",
            source=_SETTINGS,
            passes="rfc3986",
            fails="strict",
        ),
        Choice(
            path="scope",
            among=("incoming", "both", "none"),
            says="URLs are normalized for rules (`incoming`), for the origin too (`both`), or not at all (`none`)",
            source=_SETTINGS,
            passes="both",
            fails="origin",
        ),
    )
    example: ClassVar = {"zoneId": EXAMPLE_ZONE, "type": "cloudflare", "scope": "incoming"}
