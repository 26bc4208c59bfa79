"""
Which certificates a zone has earned, and for which hosts.

https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/
"""

from __future__ import annotations

from dataclasses import dataclass

from local_cloud.services.edge.backend.state import Host, Zone


@dataclass(frozen=True)
class Earned:
    """One certificate: its kind, and the names it is for."""

    kind: str
    names: tuple[str, ...]

    def covers(self, host: str) -> bool:
        """Whether it is for a host; a wildcard stands for one level."""
        return host in self.names or f"*.{host.partition('.')[2]}" in self.names


def certificates_of(zone: Zone) -> list[Earned]:
    """Every certificate of a zone, the most specific ones first."""
    found = [Earned("pack", tuple(dict.fromkeys(names))) for names in zone.packs]
    if zone.universal:
        found.append(Earned("universal", (zone.name, f"*.{zone.name}")))
    if zone.total_tls:
        uncovered = [host.name for host in zone.hosts if not any(each.covers(host.name) for each in found)]
        found += [Earned("total TLS", (name,)) for name in uncovered]
    return found


def certificate_for(host: Host, certificates: list[Earned]) -> Earned | None:
    """The certificate that a host is answered with; None fails its handshake."""
    exact = next((each for each in certificates if host.name in each.names), None)
    return exact or next((each for each in certificates if each.covers(host.name)), None)
