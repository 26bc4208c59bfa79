"""What Container Apps ask of an app's ingress: ports, traffic, custom domains, address rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from local_cloud.packages.azure_native.addresses import is_ipv4_range
from local_cloud.packages.azure_native.shared import arm_id, example_id
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Length, Range, Related, Rule, Valid, items_at, part
from local_cloud.services.container_apps.rules.secrets import DOCS, are_distinct

_INGRESS: Final = "configuration.ingress"
_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_CERTIFICATE: Final = example_id("Microsoft.App/managedEnvironments/cae-ignition-dev/certificates/origin")
EXAMPLE_INGRESS: Final = {
    "external": True,
    "targetPort": 8080,
    "transport": "http",
    "allowInsecure": False,
    "traffic": [{"latestRevision": True, "weight": 100}],
    "customDomains": [{"name": "api.ecent.online", "bindingType": "SniEnabled", "certificateId": _CERTIFICATE}],
    "ipSecurityRestrictions": [{"name": "edge-1", "action": "Allow", "ipAddressRange": "173.245.48.0/20"}],
}


def _ingress(inputs: Inputs) -> Any:
    return part(part(inputs, "configuration"), "ingress")


def _weights_are_whole(inputs: Inputs) -> bool:
    traffic = _ingress(inputs).get("traffic")
    return not traffic or sum(each.get("weight") or 0 for each in traffic) == 100


def _goes_somewhere(traffic: Mapping[str, Any], _inputs: Inputs) -> bool:
    return (traffic.get("latestRevision") is True) != bool(traffic.get("revisionName"))


def _has_its_certificate(domain: Mapping[str, Any], _inputs: Inputs) -> bool:
    return domain.get("bindingType") != "SniEnabled" or domain.get("certificateId") is not None


def _goes_one_way(inputs: Inputs) -> bool:
    return len(set(items_at(inputs, f"{_INGRESS}.ipSecurityRestrictions[].action"))) <= 1


def _exposes_tcp_only(inputs: Inputs) -> bool:
    ingress = _ingress(inputs)
    return not ingress.get("exposedPort") or ingress.get("transport") == "tcp"


def _sticks_to_one_revision(inputs: Inputs) -> bool:
    sticky = part(_ingress(inputs), "stickySessions").get("affinity") == "sticky"
    return not sticky or inputs["configuration"].get("activeRevisionsMode", "Single") == "Single"


def _asks_certificates_over_http(inputs: Inputs) -> bool:
    ingress = _ingress(inputs)
    asks = ingress.get("clientCertificateMode") in {"accept", "require"}
    return not asks or ingress.get("transport") in {"http", "http2"}


def _port(path: str) -> Range:
    return Range(
        path=f"{_INGRESS}.{path}",
        least=1,
        most=65535,
        says="ports are 1 to 65535",
        source=f"{DOCS}/ingress-overview",
        passes=8080,
        fails=70000,
    )


INGRESS_RULES: Final[tuple[Rule, ...]] = (
    _port("targetPort"),
    Combination(
        path=f"{_INGRESS}.exposedPort",
        test=_exposes_tcp_only,
        says="only the transport tcp has an exposed port; http is always reached on 80 and 443",
        source=f"{DOCS}/ingress-overview#tcp",
        passes={f"{_INGRESS}.exposedPort": 5432, f"{_INGRESS}.transport": "tcp"},
        fails={f"{_INGRESS}.exposedPort": 5432},
    ),
    Combination(
        path=f"{_INGRESS}.traffic",
        test=_weights_are_whole,
        says="the weights of all entries make 100 together",
        source=f"{DOCS}/traffic-splitting",
        passes={
            f"{_INGRESS}.traffic": [
                {"latestRevision": True, "weight": 20},
                {"revisionName": "ca-ignition-dev-api--blue", "weight": 80},
            ]
        },
        fails={f"{_INGRESS}.traffic": [{"latestRevision": True, "weight": 80}]},
    ),
    Related(
        path=f"{_INGRESS}.traffic[]",
        test=_goes_somewhere,
        says="traffic goes to the latest revision or to one that is named, not both",
        source=f"{DOCS}/traffic-splitting",
        passes={f"{_INGRESS}.traffic[]": {"revisionName": "ca-ignition-dev-api--blue", "weight": 100}},
        fails={f"{_INGRESS}.traffic[]": {"weight": 100}},
    ),
    Related(
        path=f"{_INGRESS}.traffic[].revisionName",
        test=lambda name, inputs: str(name).startswith(f"{inputs['containerAppName']}--"),
        says="a revision bears its app's name, two hyphens and a suffix",
        source=f"{DOCS}/revisions#name-suffix",
        passes={f"{_INGRESS}.traffic": [{"revisionName": "ca-ignition-dev-api--blue", "weight": 100}]},
        fails={f"{_INGRESS}.traffic": [{"revisionName": "ca-other--blue", "weight": 100}]},
    ),
    Combination(
        path=f"{_INGRESS}.exposedPort",
        test=lambda inputs: (
            _ingress(inputs).get("external") is not True or _ingress(inputs).get("exposedPort") not in {80, 443}
        ),
        says="TCP from outside is exposed on another port than 80 and 443",
        source=f"{DOCS}/ingress-how-to",
        passes={f"{_INGRESS}.exposedPort": 5432, f"{_INGRESS}.transport": "tcp"},
        fails={f"{_INGRESS}.exposedPort": 443, f"{_INGRESS}.transport": "tcp"},
    ),
    Valid(
        path=f"{_INGRESS}.customDomains[].name",
        test=lambda name: _DOMAIN.fullmatch(name) is not None,
        says="a custom domain is a full host name in lower case, without scheme, wildcard or trailing full stop",
        source=f"{DOCS}/custom-domains-certificates",
        passes="api-dev.ecent.online",
        fails="https://api.ecent.online",
    ),
    Related(
        path=f"{_INGRESS}.customDomains[]",
        test=_has_its_certificate,
        says="a domain bound SniEnabled needs a certificateId",
        source=f"{DOCS}/custom-domains-certificates",
        passes={f"{_INGRESS}.customDomains[]": {"name": "api.ecent.online", "bindingType": "Auto"}},
        fails={f"{_INGRESS}.customDomains[].certificateId": None},
    ),
    Combination(
        path=f"{_INGRESS}.customDomains",
        test=lambda inputs: are_distinct(items_at(inputs, f"{_INGRESS}.customDomains[].name")),
        says="a custom domain is bound once",
        source=f"{DOCS}/custom-domains-certificates",
        passes={f"{_INGRESS}.customDomains": [{"name": "api.ecent.online"}, {"name": "api-dev.ecent.online"}]},
        fails={f"{_INGRESS}.customDomains": [{"name": "api.ecent.online"}, {"name": "api.ecent.online"}]},
    ),
    Valid(
        path=f"{_INGRESS}.ipSecurityRestrictions[].ipAddressRange",
        test=is_ipv4_range,
        says="an address rule takes one IPv4 range in CIDR form; IPv6 is not supported",
        source=f"{DOCS}/ip-restrictions",
        passes="173.245.48.0/20",
        fails="2400:cb00::/32",
    ),
    Combination(
        path=f"{_INGRESS}.ipSecurityRestrictions",
        test=_goes_one_way,
        says="address rules all Allow or all Deny",
        source=f"{DOCS}/ip-restrictions",
        passes={
            f"{_INGRESS}.ipSecurityRestrictions": [{"name": "a", "action": "Deny", "ipAddressRange": "203.0.113.0/24"}]
        },
        fails={
            f"{_INGRESS}.ipSecurityRestrictions": [
                {"name": "a", "action": "Deny", "ipAddressRange": "203.0.113.0/24"},
                {"name": "b", "action": "Allow", "ipAddressRange": "198.51.100.0/24"},
            ]
        },
    ),
    Combination(
        path=f"{_INGRESS}.stickySessions.affinity",
        test=_sticks_to_one_revision,
        says="sticky sessions need activeRevisionsMode Single",
        source=f"{DOCS}/sticky-sessions",
        passes={f"{_INGRESS}.stickySessions": {"affinity": "sticky"}},
        fails={
            f"{_INGRESS}.stickySessions": {"affinity": "sticky"},
            "configuration.activeRevisionsMode": "Multiple",
        },
    ),
    Combination(
        path=f"{_INGRESS}.clientCertificateMode",
        test=_asks_certificates_over_http,
        says="client certificates need the transport http or http2",
        source="https://github.com/Azure/azure-cli/issues/28864",
        passes={f"{_INGRESS}.clientCertificateMode": "require"},
        fails={f"{_INGRESS}.clientCertificateMode": "require", f"{_INGRESS}.transport": "auto"},
    ),
    Length(
        path=f"{_INGRESS}.additionalPortMappings",
        most=5,
        says="an app has at most five additional ports",
        source=f"{DOCS}/ingress-overview#additional-tcp-ports",
        passes=[{"external": False, "targetPort": 9000}],
        fails=[{"external": False, "targetPort": 9000 + port} for port in range(6)],
    ),
)

ENVIRONMENT_ID: Final = arm_id(
    "environmentId",
    "Microsoft.App/managedEnvironments",
    source=f"{DOCS}/environment",
    noun="a managed environment",
)
