"""Records that are in the way, and hosts that share what the zone has once."""

from collections.abc import Iterator
from typing import Any

from ignition.preflight.clouds import Clouds, Unanswered, result
from ignition.preflight.plan import Plan
from ignition.preflight.result import Check, Said, failed, passed, warning

_ADDRESSES = {"A", "AAAA", "CNAME"}


def _run(plan: Plan, clouds: Clouds) -> Iterator[Said]:
    planned = {
        (str(each.inputs["name"]), str(each.inputs["type"]))
        for each in plan.of_type("cloudflare:index/dnsRecord:DnsRecord")
    }
    found: list[dict[str, Any]] | None = result(clouds.cloudflare(f"/zones/{plan.zone}/dns_records?per_page=5000"))
    if found is None:
        raise Unanswered("the token does not see the zone", "correct `ignition:cloudflare.zone_id`, or the token")
    names = {name for name, _ in planned}
    taken = [
        each
        for each in found
        if ((each["name"], each["type"]) in planned and each["type"] != "CAA")
        or (each["type"] in _ADDRESSES and any(each["name"] == name and kind in _ADDRESSES for name, kind in planned))
    ]
    for each in taken:
        yield failed(
            f"{each['name']} has a record of type {each['type']} already",
            "delete it, or import it: docs/runbooks/lost-state.md; if it is this stack's own, give its state with --state",
        )
    yield from _authorities(plan, found)
    others = sorted({each["name"] for each in found if each.get("proxied")} - names - set(_listed(plan)))
    if others and plan.config["ignition:zone"].get("owned"):
        yield warning(
            f"HTTPS always, TLS 1.2 and HSTS will hold for {', '.join(others)} too",
            "try these hosts over HTTPS, or list them in `ignition:zone.other_hosts`",
        )
    if not taken:
        yield passed(f"{len(planned)} records planned, none in the way of {len(found)}")


def _listed(plan: Plan) -> list[str]:
    return [str(each) for each in plan.config["ignition:zone"].get("other_hosts") or ()]


def _authorities(plan: Plan, found: list[dict[str, Any]]) -> Iterator[Said]:
    planned = {
        str(each.inputs["data"]["value"])
        for each in plan.of_type("cloudflare:index/dnsRecord:DnsRecord")
        if each.inputs["type"] == "CAA"
    }
    for each in found:
        content = str(each.get("content", ""))
        if planned and each["type"] == "CAA" and not any(authority in content for authority in planned):
            yield warning(
                f"{each['name']} has CAA {content}, which the stack does not know",
                "`ignition:zone.certificate_authorities`",
            )


CHECK = Check("records of the zone", "GET /zones/ID/dns_records", "Zone: DNS: Read", _run)
