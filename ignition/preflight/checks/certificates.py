"""Whether the zone may have the planned certificate packs."""

from collections.abc import Iterator
from typing import Any

from ignition.preflight.clouds import Clouds, Unanswered, result
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    packs = plan.of_type("cloudflare:index/certificatePack:CertificatePack")
    if not packs:
        yield passed("no advanced certificate is planned")
        return
    quota: Any = result(clouds.cloudflare(f"/zones/{plan.zone}/ssl/certificate_packs/quota"))
    if quota is None:
        raise Unanswered("the token does not see the zone", "correct `ignition:cloudflare.zone_id`, or the token")
    advanced: Any = quota["advanced"]
    left = int(advanced["allocated"]) - int(advanced["used"])
    if left < len(packs):
        yield failed(
            f"{len(packs)} advanced certificates are planned, {left} are left", "buy Advanced Certificate Manager"
        )
    else:
        yield passed(f"{left} advanced certificates are left")


CHECK = Check("certificates", "GET /zones/ID/ssl/certificate_packs/quota", "Zone: SSL and Certificates: Read", _run)
