"""Which hosts a zone's certificates at the edge cover; asked by configuration before anything is made."""

from __future__ import annotations


def is_in_zone(host: str, zone: str) -> bool:
    """Whether the host is the zone's apex or lies below it."""
    return host == zone or host.endswith(f".{zone}")


def is_covered(host: str, zone: str) -> bool:
    """
    Whether Universal SSL covers the host: the apex and one level below it, no more.

    See https://developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations/.
    """
    return host == zone or "." not in host.removesuffix(f".{zone}")


def uncovered_host_problem(host: str, zone: str, *, advanced: bool) -> str | None:
    """
    What is wrong with proxying a host.

    Args:
        host: A host in the zone whose traffic the edge proxies.
        zone: The zone's name.
        advanced: Whether the zone has an advanced certificate for the host.

    Returns:
        The problem with the three ways out of it, or None when browsers will get a certificate for the host.
    """
    if advanced or is_covered(host, zone):
        return None
    flat = f"{host.removesuffix(f'.{zone}').replace('.', '-')}.{zone}"
    return (
        f"{host} lies two levels or more below {zone}, and Cloudflare's universal certificate covers one: browsers would refuse to "
        f"connect. Either name it {flat}, or buy Advanced Certificate Manager for the zone (zone.advanced_certificate: true), or serve the "
        "host without the proxy (tls: managed)"
    )
