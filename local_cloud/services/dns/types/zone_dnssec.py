"""DNSSEC of a zone."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from local_cloud.packages.cloudflare.base import EXAMPLE_ZONE, ZONE_ID, CloudflareType
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call


class ZoneDnssec(CloudflareType):
    """Whether a zone is signed; kept as state, nothing here signs."""

    token = "cloudflare:index/zoneDnssec:ZoneDnssec"
    made_once_source = "https://developers.cloudflare.com/dns/dnssec/"
    after_lost_state = Import("{zoneId}")
    id_from = ("zoneId",)
    singleton = True
    unseen: ClassVar = {
        "status": "the registrar has not put the DS record into the zone above",
    }
    rules = (ZONE_ID,)
    example: ClassVar = {"zoneId": EXAMPLE_ZONE, "status": "active"}

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """A DS record of the right form, for a key that does not exist."""
        digest = hashlib.sha256(inputs["zoneId"].encode()).hexdigest().upper()
        return {
            "algorithm": "13",
            "digest": digest,
            "digestAlgorithm": "SHA256",
            "digestType": "2",
            "ds": f"ecent.online. 3600 IN DS 2371 13 2 {digest}",
            "flags": 257,
            "keyTag": 2371,
            "keyType": "ECDSAP256SHA256",
        }
