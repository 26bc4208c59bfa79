"""
What each type's example needs to live beside all the others on one local cloud, and the change that it goes through.

A type that has no entry lives by its example as it stands, and its tags change. One whose example cannot stand alone, or that has no
tags, gets an entry in `standings`.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_cloud.catalog import PACKAGES
from local_cloud.daemon.assembly import ACCOUNT_ID, TENANT_ID
from local_cloud.packages.azure_native.base import PLACEHOLDER_SUBSCRIPTION, AzureType, verification_id
from local_cloud.packages.azure_native.shared import EXAMPLE_GROUP, EXAMPLE_SUBSCRIPTION
from local_cloud.packages.cloudflare.base import EXAMPLE_ACCOUNT, EXAMPLE_ZONE
from local_cloud.parts import Parts
from local_cloud.server.resource_types.resource_type import Call, ResourceType
from tests.support.program_text import Declared, OutputOf
from tests.support.property_values import patched

TYPES: Mapping[str, ResourceType] = {each.token: each for package in PACKAGES for each in package.types}

ZONE = "ecent.online"
API, MANAGED, ADMIN, DEEP = f"api.{ZONE}", f"managed.{ZONE}", f"admin.{ZONE}", f"deep.er.{ZONE}"
APP_IMAGE, JOB_IMAGE = "ghcr.io/ecent/api@sha256:0f3b5e9a", "ghcr.io/ecent/job@sha256:0f3b5e9a"
_DNS = "cloudflare:index/dnsRecord:DnsRecord"
_POSTGRES = "azure-native:dbforpostgresql"
_VAULT = "azure-native:keyvault:Vault"
_SECRET_OF_THE_VAULT = {"resourceGroupName": "rg-ignition-dev", "vaultName": "kv-ignition-dev"}


@dataclass(frozen=True)
class Standing:
    """
    How a type stands in the program.

    Attributes:
        given: what its example gets, by path.
        needs: what has to be there before, beside what its inputs name by id: tokens, or names of `others`.
        change: what is changed later, by path; None where no property can change in place, and for tags.
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    change: Mapping[str, Any] | None = None


AZURE = {"subscriptionId": PLACEHOLDER_SUBSCRIPTION, "tenantId": TENANT_ID}
"""How the azure-native provider is configured."""


_CERTIFICATE_SECRET = "the api's certificate"


def others(parts: Parts) -> dict[str, tuple[str, dict[str, Any]]]:
    """What the examples need that is no example itself, by name in the program: token and inputs."""
    secret = {
        **_SECRET_OF_THE_VAULT,
        "secretName": "api-certificate",
        "properties": {"value": _certificate(parts), "contentType": "application/x-pem-file"},
    }
    records = {name: (_DNS, inputs) for name, inputs in _records().items()}
    return {**records, _CERTIFICATE_SECRET: ("azure-native:keyvault:Secret", secret)}


def _records() -> dict[str, dict[str, Any]]:
    """DNS records that the examples' hosts need, by name in the program."""

    def record(name: str, kind: str, content: str, *, proxied: bool = False) -> dict[str, Any]:
        found = {"zoneId": EXAMPLE_ZONE, "name": name, "type": kind, "content": content, "ttl": 1 if proxied else 300}
        return found if kind == "TXT" else {**found, "proxied": proxied}

    app = "ca-ignition-dev-api.somewhere.westeurope.azurecontainerapps.io"
    return {
        "asuid api": record(f"asuid.{API}", "TXT", f'"{verification_id(PLACEHOLDER_SUBSCRIPTION)}"'),
        "asuid managed": record(f"asuid.{MANAGED}", "TXT", f'"{verification_id(PLACEHOLDER_SUBSCRIPTION)}"'),
        "managed": record(MANAGED, "CNAME", app),
        "api": record(API, "CNAME", app, proxied=True),
        "admin": record(ADMIN, "CNAME", app, proxied=True),
        "deep": record(DEEP, "CNAME", app, proxied=True),
    }


def standings(parts: Parts) -> dict[str, Standing]:
    """The entries, by token; a property of all of them says only what differs from the example."""
    app, environment = (
        "azure-native:app",
        EXAMPLE_GROUP + "/providers/Microsoft.App/managedEnvironments/cae-ignition-dev",
    )
    vault_users = ("azure-native:keyvault:Secret", "azure-native:authorization:RoleAssignment")
    bucket = ("cloudflare:index/r2Bucket:R2Bucket",)
    phase = {"phase": "http_request_firewall_custom"}
    block = {"action": "block", "expression": 'starts_with(http.request.uri.path, "/hidden/")', "ref": "hidden"}
    return {
        f"{app}:Certificate": Standing(
            needs=("azure-native:authorization:RoleAssignment", _CERTIFICATE_SECRET),
            change={"tags": {"owner": "platform"}},
        ),
        f"{app}:ContainerApp": Standing(
            needs=(*vault_users, "asuid api", "asuid managed"),
            given={
                "configuration.ingress.ipSecurityRestrictions[].ipAddressRange": "127.0.0.0/8",
                "configuration.ingress.customDomains": [
                    {
                        "name": API,
                        "bindingType": "SniEnabled",
                        "certificateId": f"{environment}/certificates/origin-api",
                    },
                    {
                        "name": MANAGED,
                        "bindingType": "SniEnabled",
                        "certificateId": f"{environment}/managedCertificates/api",
                    },
                ],
                "template.containers[].image": APP_IMAGE,
                "template.containers[].env": _environment("1"),
            },
            change={"template.containers[].env": _environment("2")},
        ),
        f"{app}:Job": Standing(
            needs=vault_users,
            given={"template.containers[].image": JOB_IMAGE, "template.containers[].env": _environment("1")},
            change={"template.containers[].env": _environment("2")},
        ),
        f"{app}:ManagedCertificate": Standing(needs=("managed",), given={"properties.subjectName": MANAGED}),
        "azure-native:authorization:ManagementLockByScope": Standing(
            needs=tuple(
                f"{_POSTGRES}:{kind}"
                for kind in ("AdministratorsMicrosoftEntra", "Configuration", "Database", "FirewallRule")
            ),
            change={"notes": "keep the data"},
        ),
        "azure-native:authorization:RoleAssignment": Standing(
            needs=("azure-native:keyvault:Secret",),
            given={"principalId": OutputOf("azure-native:managedidentity:UserAssignedIdentity", "principal_id")},
            change={"description": "the api reads its secrets"},
        ),
        "azure-native:consumption:Budget": Standing(change={"amount": 80}),
        f"{_POSTGRES}:Configuration": Standing(
            needs=(f"{_POSTGRES}:Database",),
            given={"configurationName": "idle_in_transaction_session_timeout", "value": "60000"},
            change={"value": "90000"},
        ),
        f"{_POSTGRES}:FirewallRule": Standing(change={"endIpAddress": "203.0.113.9"}),
        f"{_POSTGRES}:Server": Standing(change={"administratorLoginPassword": "another-Passw0rd-of-an-example"}),
        "azure-native:keyvault:Secret": Standing(change={"properties.value": "postgresql://localhost/another"}),
        _VAULT: Standing(given={"properties.tenantId": TENANT_ID}),
        "azure-native:managedidentity:FederatedIdentityCredential": Standing(
            change={"subject": "repo:ecent/ignition:environment:prod"}
        ),
        "azure-native:monitor:DiagnosticSetting": Standing(change={"logs[].categoryGroup": "allLogs"}),
        "azure-native:network:PrivateDnsZoneGroup": Standing(change={"privateDnsZoneConfigs[].name": "another"}),
        "azure-native:network:Subnet": Standing(change={"privateEndpointNetworkPolicies": "Enabled"}),
        "azuread:index/application:Application": Standing(change={"displayName": "Ignition (another)"}),
        "azuread:index/applicationPassword:ApplicationPassword": Standing(
            given={"applicationId": OutputOf("azuread:index/application:Application", "id")}
        ),
        "azuread:index/servicePrincipal:ServicePrincipal": Standing(
            given={"clientId": OutputOf("azuread:index/application:Application", "client_id")},
            change={"appRoleAssignmentRequired": True},
        ),
        "cloudflare:index/accountToken:AccountToken": Standing(
            needs=bucket, change={"policies[].permissionGroups[].id": "6a018a9f2fc74eb6b293b0c548f38b39"}
        ),
        "cloudflare:index/certificatePack:CertificatePack": Standing(given={"hosts": [ZONE, ADMIN]}),
        _DNS: Standing(change={"content": "another.example.net"}),
        "cloudflare:index/originCaCertificate:OriginCaCertificate": Standing(
            given={"csr": OutputOf("tls:index/certRequest:CertRequest", "cert_request_pem")}
        ),
        "cloudflare:index/r2Bucket:R2Bucket": Standing(change={"storageClass": "InfrequentAccess"}),
        "cloudflare:index/r2BucketCors:R2BucketCors": Standing(needs=bucket, change={"rules[].maxAgeSeconds": 60}),
        "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": Standing(
            needs=bucket, change={"rules[].abortMultipartUploadsTransition.condition.maxAge": 86400}
        ),
        "cloudflare:index/r2BucketLock:R2BucketLock": Standing(
            needs=bucket, change={"rules[].condition.maxAgeSeconds": 86400}
        ),
        "cloudflare:index/r2ManagedDomain:R2ManagedDomain": Standing(needs=bucket, change={"enabled": True}),
        "cloudflare:index/ruleset:Ruleset": Standing(
            given={**phase, "rules": [block]},
            change={"rules[].expression": 'starts_with(http.request.uri.path, "/secret/")'},
        ),
        "cloudflare:index/totalTls:TotalTls": Standing(given={"enabled": False}, change={"enabled": True}),
        "cloudflare:index/universalSslSetting:UniversalSslSetting": Standing(change={"enabled": False}),
        "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": Standing(
            given={"type": "rfc3986"}, change={"type": "cloudflare"}
        ),
        "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": Standing(
            given={
                "destinations": [{"type": "public", "uri": f"{ADMIN}/desk"}],
                "policies": [{"id": OutputOf("cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy", "id")}],
            },
            change={"destinations": [{"type": "public", "uri": f"{ADMIN}/office"}]},
        ),
        "cloudflare:index/zeroTrustAccessIdentityProvider:ZeroTrustAccessIdentityProvider": Standing(
            change={"name": "a pin by mail"}
        ),
        "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy": Standing(
            change={"includes[].email.email": "another@ecent.online"}
        ),
        "cloudflare:index/zoneDnssec:ZoneDnssec": Standing(change={"status": "disabled"}),
        "cloudflare:index/zoneSetting:ZoneSetting": Standing(
            given={"settingId": "always_use_https", "value": "off"}, change={"value": "on"}
        ),
        "time:index/sleep:Sleep": Standing(change={"createDuration": "60s"}),
        "tls:index/certRequest:CertRequest": Standing(
            given={
                "privateKeyPem": OutputOf("tls:index/privateKey:PrivateKey", "private_key_pem"),
                "ipAddresses": ["203.0.113.7"],
                "uris": ["spiffe://ecent.online/api"],
            }
        ),
    }


def changes(parts: Parts) -> dict[str, Mapping[str, Any] | None]:
    """What is changed of each type; None where its declarations leave no property that could change in place."""
    entries = standings(parts)
    return {token: _change(each, entries.get(token, Standing())) for token, each in TYPES.items()}


def _change(resource_type: ResourceType, standing: Standing) -> Mapping[str, Any] | None:
    if standing.change is not None:
        return standing.change
    fixed = resource_type.replacing | {path for path in resource_type.immutable if "." not in path}
    if set(resource_type.schema.inputs) <= fixed:
        return None
    return {"tags": {"owner": "platform"}} if "tags" in resource_type.schema.inputs else {}


def declared(parts: Parts, *, changed: bool = False) -> list[Declared]:
    """Every type by its example and the records beside them, what one needs before it."""
    entries = standings(parts)
    beside = {
        name: Declared(TYPES[token], name, inputs, (_VAULT,) if token != _DNS else ())
        for name, (token, inputs) in others(parts).items()
    }
    here = {
        token: _in_this_cloud(parts, patched(resource_type.example, entries.get(token, Standing()).given))
        for token, resource_type in TYPES.items()
    }
    ids = {
        token: _arm_id(TYPES[token], inputs) for token, inputs in here.items() if isinstance(TYPES[token], AzureType)
    }
    found = dict(beside)
    for token, inputs in here.items():
        standing = entries.get(token, Standing())
        named = {
            other for other, arm_id in ids.items() if other != token and _names(inputs, ids.get(token, ""), arm_id)
        }
        referred = {each.resource for each in _values(inputs) if isinstance(each, OutputOf)}
        after = tuple(sorted({*standing.needs, *named, *referred}))
        change = (_change(TYPES[token], standing) or {}) if changed else {}
        found[token] = Declared(TYPES[token], token, patched(inputs, change), after)
    order = graphlib.TopologicalSorter({name: each.after for name, each in found.items()}).static_order()
    return [found[name] for name in order]


def _names(inputs: Mapping[str, Any], own_id: str, arm_id: str) -> bool:
    """Whether something lies below the resource of that id, or names it or a part of it."""
    texts = [own_id, *(each for each in _values(inputs) if isinstance(each, str))]
    return any(f"{text.lower()}/".startswith(f"{arm_id.lower()}/") for text in texts)


def _arm_id(resource_type: AzureType, inputs: Mapping[str, Any]) -> str:
    unused: Any = None
    return resource_type.identify(Call(unused, "", AZURE), dict(inputs))


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _values(item)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
    else:
        yield value


def _in_this_cloud(parts: Parts, value: Any) -> Any:
    """The value with the examples' subscription, account and vault replaced by those of the running cloud."""
    if isinstance(value, Mapping):
        return {key: _in_this_cloud(parts, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_this_cloud(parts, item) for item in value]
    if not isinstance(value, str):
        return value
    return (
        value.replace(EXAMPLE_SUBSCRIPTION, PLACEHOLDER_SUBSCRIPTION)
        .replace(EXAMPLE_ACCOUNT, ACCOUNT_ID)
        .replace("https://kv-ignition-dev.vault.azure.net", parts.key_vault.uri("kv-ignition-dev"))
    )


def _environment(version: str) -> list[dict[str, str]]:
    return [{"name": "VERSION", "value": version}, {"name": "DATABASE_URL", "secretRef": "database-url"}]


def _certificate(parts: Parts) -> str:
    """A certificate for the api with its key."""
    issued = parts.origin_ca.issue([API], directory=parts.object_storage.directory.parent / "given")
    return issued.cert_file.read_text() + issued.key_file.read_text()
