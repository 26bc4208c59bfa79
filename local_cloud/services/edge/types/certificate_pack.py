"""Advanced edge certificates."""

from __future__ import annotations

from typing import ClassVar, Final

from local_cloud.packages.cloudflare.base import API, EXAMPLE_ZONE, ZONE_ID, EdgeType, is_host
from local_cloud.packages.cloudflare.lookups import cloudflare, quoted
from local_cloud.server.resource_types.recovery import Import
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Length, Valid, texts
from local_cloud.services.edge.rules.zones_in_plan import HOSTS_IN_PLAN

_CREATE: Final = f"{API}/resources/ssl/subresources/certificate_packs/methods/create/"


def _hold_the_apex(inputs: Inputs) -> bool:
    hosts = [each.lower() for each in texts(inputs, "hosts")]
    return not hosts or any(all(each == one or each.endswith(f".{one}") for each in hosts) for one in hosts)


class CertificatePack(EdgeType):
    """An advanced certificate; every change makes a new one."""

    token = "cloudflare:index/certificatePack:CertificatePack"
    after_lost_state = Import(
        "{zoneId}/{id}",
        find=lambda inputs: cloudflare(
            f"zones/{inputs['zoneId']}/ssl/certificate_packs?status=all",
            f".type == {quoted(inputs['type'])} and (.hosts | sort) == ({quoted(inputs['hosts'])} | sort)",
        ),
        needs=("zoneId", "type", "hosts"),
    )
    create_only = (
        "zoneId",
        "certificateAuthority",
        "hosts",
        "type",
        "validationMethod",
        "validityDays",
        "cloudflareBranding",
    )
    unseen: ClassVar = {
        "hosts": (
            "the zone has no Advanced Certificate Manager, its quota of certificates is used up, or the "
            "authority does not issue for a host"
        ),
        "certificateAuthority": "the zone's CAA records keep the authority from issuing",
    }
    rules = (
        ZONE_ID,
        Length(
            path="hosts",
            least=1,
            most=50,
            says="a certificate covers 1 to 50 hosts",
            source=_CREATE,
            passes=["ecent.online"],
            fails=[],
        ),
        Valid(
            path="hosts[]",
            test=is_host,
            says="each host is fully qualified; a wildcard stands first",
            source=_CREATE,
            passes="admin.ignition.ecent.online",
            fails="admin",
        ),
        Choice(
            path="validityDays",
            among=(14, 30, 90, 365),
            says="a certificate is valid for 14, 30, 90 or 365 days",
            source=_CREATE,
            passes=90,
            fails=60,
        ),
        Combination(
            path="hosts",
            test=_hold_the_apex,
            says="the hosts hold the zone's apex, ecent.online beside admin.ignition.ecent.online",
            source=_CREATE,
            passes={"hosts": ["*.ecent.online", "ecent.online"]},
            fails={"hosts": ["admin.ecent.online", "*.ecent.online"]},
        ),
        Combination(
            path="hosts",
            test=lambda inputs: inputs.get("hosts") is not None,
            says="the hosts must be given",
            source=_CREATE,
            passes={"hosts": ["ecent.online"]},
            fails={"hosts": None},
        ),
    )
    plan_rules = HOSTS_IN_PLAN
    example: ClassVar = {
        "zoneId": EXAMPLE_ZONE,
        "type": "advanced",
        "certificateAuthority": "google",
        "hosts": ["ecent.online", "admin.ignition.ecent.online"],
        "validationMethod": "txt",
        "validityDays": 90,
    }

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  the same for every call
        """Issued at once, hosts sorted as the service returns them."""
        return {"status": "active", "hosts": sorted(inputs["hosts"])}
