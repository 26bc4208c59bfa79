"""What hosts of apps are read from, and small plans with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, app, environment
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.services.container_apps.rules.secrets import DOCS

RECORD: Final = "cloudflare:index/dnsRecord:DnsRecord"
DOMAINS: Final = "configuration.ingress.customDomains"
CERTIFICATE_ID: Final = f"{DOMAINS}[].certificateId"
BRING: Final = f"{DOCS}/custom-domains-certificates"
MANAGED: Final = f"{DOCS}/custom-domains-managed-certificates"
ORIGIN: Final = "cloudflare:index/originCaCertificate:OriginCaCertificate"
REQUEST: Final = "tls:index/certRequest:CertRequest"
PRIVATE_KEY: Final = "tls:index/privateKey:PrivateKey"


def hosts_of(app_: Planned) -> Iterator[tuple[int, str]]:
    """An app's custom domains that are known, with their place in the list."""
    configuration = app_.inputs.get("configuration")
    ingress = configuration.get("ingress") if is_object(configuration) else None
    domains = ingress.get("customDomains") if is_object(ingress) else None
    for number, each in enumerate(domains if is_list(domains) else []):
        name = each.get("name") if is_object(each) else None
        if isinstance(name, str):
            yield number, name.casefold().rstrip(".")


def records(plan: Plan, host: str, *kinds: str) -> list[Planned]:
    """The DNS records of a host that are of some types."""
    return [
        each for each in plan.by_text(RECORD, "name").get(host, ()) if str(each.inputs.get("type")).upper() in kinds
    ]


def subject(plan: Plan, certificate: Planned) -> str:
    """The host that a managed certificate is for."""
    return str(plan.known(certificate, "properties.subjectName"))


def made_of(plan: Plan, resource: Planned, token: str) -> list[Planned]:
    """The resources of a type that a certificate's value is made of."""
    origin = resource.origins.get("properties.value")
    found = [plan.by_urn.get(urn) for urn in origin.resources] if origin is not None else []
    return [each for each in found if each is not None and each.token == token]


HOST: Final = "api.ecent.online"
_ZONE: Final = "fedcba9876543210fedcba9876543210"


def bound_app(name: str = "ca-api", *, host: str = HOST, kind: str = "SniEnabled", **others: Any) -> Sketched:
    """An app that serves a host."""
    domain = {"name": host, "bindingType": kind, **others.pop("domain", {"certificateId": Ref("certificate")})}
    return app(
        name, **{"environmentId": Ref("environment"), **others}, configuration={"ingress": {"customDomains": [domain]}}
    )


def origin_certificate(**inputs: Any) -> Sketched:
    """A certificate of the environment, made of an Origin CA certificate."""
    return tokens.APP_CERTIFICATE, {
        "resourceGroupName": GROUP,
        "environmentName": "cae-ignition-dev",
        "certificateName": "origin",
        "properties": {"value": Ref("origin", "certificate")},
        **inputs,
    }


def managed_certificate(name: str = "api", *, how: str = "CNAME", **inputs: Any) -> Sketched:
    """A certificate that Azure gets."""
    return tokens.MANAGED_CERTIFICATE, {
        "resourceGroupName": GROUP,
        "environmentName": "cae-ignition-dev",
        "managedCertificateName": name,
        "properties": {"subjectName": HOST, "domainControlValidation": how},
        **inputs,
    }


def dns_record(kind: str, content: Any, name: str = HOST, **inputs: Any) -> Sketched:
    """A DNS record of the host."""
    return RECORD, {"zoneId": _ZONE, "name": name, "type": kind, "content": content, "ttl": 300, **inputs}


def signed_by_cloudflare(host: str) -> Sketched:
    """An Origin CA certificate."""
    return ORIGIN, {"csr": Ref("request", "cert_request_pem"), "hostnames": [host]}


def with_certificate(certificate: Sketched, host: str = HOST) -> Sketch:
    """An app with a certificate that Cloudflare signed, and all it is made of."""
    return Sketch(
        environment=environment(),
        key=(PRIVATE_KEY, {"algorithm": "RSA"}),
        spare=(PRIVATE_KEY, {"algorithm": "RSA"}),
        request=(REQUEST, {"privateKeyPem": Ref("key", "private_key_pem")}),
        origin=signed_by_cloudflare(host),
        certificate=certificate,
        app=bound_app(),
    )


def with_record(*after: str, **others: Sketched) -> Sketch:
    """An app with a record of its host, and others."""
    return Sketch(
        environment=environment(),
        cname=dns_record("CNAME", Ref("environment", None)),
        **others,
        app=bound_app(domain={}, kind="Disabled", depends_on=[*after]),
    )


def with_managed_certificate(record: Sketched, **inputs: Any) -> Sketch:
    """A managed certificate beside a record of its host."""
    return Sketch(environment=environment(), record=record, certificate=managed_certificate(**inputs))


PROOF: Final = dns_record("TXT", '"0A1B"', f"asuid.{HOST}")
