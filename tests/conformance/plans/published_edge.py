"""Wrong plans for Cloudflare and Entra after published failures; each resource is right by itself, and the service refuses the whole."""

from __future__ import annotations

from typing import Any

from local_cloud.server.plan.examples import Ref, Sketch
from tests.conformance.plans.resources import ACCOUNT, ZONE, Made, bucket, cf, of_bucket, record

WWW = "www.shop.example"


def setting(name: str, value: Any) -> Made:
    return cf("ZoneSetting", zoneId=ZONE, settingId=name, value=value)


def application(name: str, **more: Any) -> Made:
    return "azuread:index/application:Application", {"displayName": name, **more}


WRONG_EDGE: dict[str, Sketch] = {
    "two aliases at one name": Sketch(
        one=record(WWW, "CNAME", "a.example.net"), two=record(WWW, "CNAME", "b.example.net")
    ),
    "0-RTT without TLS 1.3": Sketch(tls=setting("tls_1_3", "off"), early=setting("0rtt", "on")),
    "a least version of 1.3 where 1.3 is off": Sketch(
        tls=setting("tls_1_3", "off"), least=setting("min_tls_version", "1.3")
    ),
    "an entry point that executes another zone's entry point": Sketch(
        other=cf(
            "Ruleset", zoneId="c" * 32, kind="zone", name="default", phase="http_request_firewall_custom", rules=[]
        ),
        entry=cf(
            "Ruleset",
            zoneId=ZONE,
            kind="zone",
            name="default",
            phase="http_request_firewall_custom",
            rules=[{"action": "execute", "expression": "true", "actionParameters": {"id": Ref("other")}}],
        ),
    ),
    "two origin rules in two entry points": Sketch(
        one=cf("Ruleset", zoneId=ZONE, kind="zone", name="one", phase="http_request_origin", rules=[]),
        two=cf("Ruleset", zoneId=ZONE, kind="zone", name="two", phase="http_request_origin", rules=[]),
    ),
    "two ways to normalise one zone's URLs": Sketch(
        one=cf("UrlNormalizationSettings", zoneId=ZONE, scope="both", type="cloudflare"),
        two=cf("UrlNormalizationSettings", zoneId=ZONE, scope="incoming", type="cloudflare"),
    ),
    "DNSSEC twice": Sketch(
        one=cf("ZoneDnssec", zoneId=ZONE, status="active"), two=cf("ZoneDnssec", zoneId=ZONE, status="disabled")
    ),
    "one application's URI in another's domain twice": Sketch(
        one=application("one", identifierUris=["https://shop.example/api"]),
        two=application("two", identifierUris=["https://shop.example/API"]),
    ),
    "a password for a service principal": Sketch(
        app=application("app"),
        sp=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("app", "client_id")}),
        password=("azuread:index/applicationPassword:ApplicationPassword", {"applicationId": Ref("sp")}),
    ),
    "a service principal by the application's object id": Sketch(
        app=application("app"),
        sp=("azuread:index/servicePrincipal:ServicePrincipal", {"clientId": Ref("app", "object_id")}),
    ),
    "a public address of a bucket of another account": Sketch(
        bucket=bucket(),
        domain=cf("R2ManagedDomain", accountId="c" * 32, bucketName=Ref("bucket", "name"), enabled=True),
    ),
    "locks of one bucket twice": Sketch(bucket=bucket(), one=of_bucket("R2BucketLock"), two=of_bucket("R2BucketLock")),
}

TOO_EARLY_EDGE: dict[str, Sketch] = {
    "a public address before its bucket": Sketch(
        bucket=bucket(), domain=cf("R2ManagedDomain", accountId=ACCOUNT, bucketName="shop-files", enabled=True)
    ),
    "locks before their bucket": Sketch(bucket=bucket(), lock=of_bucket("R2BucketLock", "shop-files")),
}
