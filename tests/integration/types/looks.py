"""
What can be seen of each type's real part, from outside: what it shows, and what the declaration wants it to show.

A type with a part gets an entry in `PARTS`; one that only makes values (keys, passwords) one in `VALUES`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from local_cloud.parts import Parts
from local_cloud.runtime.errors import BackendError
from local_cloud.server.resource_types.resource import Resource
from local_cloud.services.object_storage import declared as r2_parts
from tests.integration.types import clients
from tests.integration.types.world import ADMIN, API, DEEP, ZONE
from tests.support.real_cloud import PROJECT, STACK, RealCloud


@dataclass(frozen=True)
class Seen:
    """The cloud, one resource, and the others by token."""

    parts: Parts
    resource: Resource
    others: Mapping[str, Resource]

    @property
    def inputs(self) -> dict[str, Any]:
        return self.resource.inputs

    @property
    def outputs(self) -> dict[str, Any]:
        return self.resource.outputs

    def of(self, token: str) -> Resource:
        """Another type's resource; the one that bears the token as its name in the program."""
        return self.others[f"urn:pulumi:{STACK}::{PROJECT}::{token}::{token}"]


Look = Callable[[Seen], tuple[Any, Any]]
_GONE = (OSError, httpx.HTTPError, psycopg.Error, BackendError, ClientError, BotoCoreError)
"""What clients say of something that is not there."""


def seen_of(cloud: RealCloud, token: str, known: Mapping[str, Resource]) -> Seen:
    """The resource that bears the token as its name in the program; a KeyError where there is none."""
    return Seen(cloud.parts, Seen(cloud.parts, Resource("", {}, {}), known).of(token), known)


def at(cloud: RealCloud, token: str, known: Mapping[str, Resource]) -> str | None:
    """What is wrong at a type's part, None where it shows what is declared."""
    try:
        seen = seen_of(cloud, token, known)
    except KeyError:
        return "there is no record of it"
    try:
        shown, wanted = ALL[token](seen)
    except _GONE as error:
        return f"{type(error).__name__}: {error}"
    return None if shown == wanted else f"it shows {shown!r}, and declared is {wanted!r}"


_APP = "azure-native:app"
_SERVER = "azure-native:dbforpostgresql:Server"
_SECRET = "azure-native:keyvault:Secret"
_IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"


def _variables(seen: Seen) -> dict[str, str]:
    """The variables that the declaration gives to a container."""
    secret = seen.of(_SECRET).inputs["properties"]["value"]
    declared = seen.inputs["template"]["containers"][0]["env"]
    return {each["name"]: each.get("value", secret) for each in declared}


def _app(seen: Seen) -> tuple[Any, Any]:
    wanted = _variables(seen)
    host = seen.outputs["configuration"]["ingress"]["fqdn"]
    answer = clients.ask(seen.parts.platform.addresses.tls, host)
    shown = answer.json()["env"] if answer.status_code == 200 else {}
    return {name: shown.get(name) for name in wanted}, wanted


def _job(seen: Seen) -> tuple[Any, Any]:
    job = seen.parts.platform.job(seen.inputs["jobName"])
    ended = job.wait(job.start(), timeout_s=60)
    said = [file.read_text() for file in ended.log_files.values()]
    wanted = _variables(seen)
    return said, [f"{wanted['VERSION']} {wanted['DATABASE_URL']}\n"]


def _environment(seen: Seen) -> tuple[Any, Any]:
    """A host below the domain that is no app's is answered all the same."""
    host = f"nobody.{seen.outputs['defaultDomain']}"
    return clients.ask(seen.parts.platform.addresses.tls, host).status_code, 404


def _certificate(seen: Seen) -> tuple[Any, Any]:
    found = clients.certificate(seen.parts.platform.addresses.tls, API)
    return found.fingerprint(hashes.SHA1()).hex().upper(), seen.outputs["properties"]["thumbprint"]  # noqa: S303  Azure's form


def _managed_certificate(seen: Seen) -> tuple[Any, Any]:
    host = seen.inputs["properties"]["subjectName"]
    return clients.names(clients.certificate(seen.parts.platform.addresses.tls, host)), [host]


def _role(seen: Seen) -> tuple[Any, Any]:
    inputs = seen.of(_SECRET).inputs
    answer = clients.vault(seen.parts, inputs["vaultName"], f"/secrets/{inputs['secretName']}", seen.of(_IDENTITY).id)
    return answer.status_code, 200


def _configuration(seen: Seen) -> tuple[Any, Any]:
    name = seen.inputs["configurationName"]
    query = "SELECT setting FROM pg_settings WHERE name = %s"
    return clients.rows(seen.parts, seen.of(_SERVER).inputs, query, name), [seen.inputs["value"]]


def _database(seen: Seen) -> tuple[Any, Any]:
    name = seen.inputs["databaseName"]
    query = "SELECT datname FROM pg_database WHERE datname = %s"
    return clients.rows(seen.parts, seen.of(_SERVER).inputs, query, name), [name]


def _server(seen: Seen) -> tuple[Any, Any]:
    return clients.rows(seen.parts, seen.inputs, "SELECT current_user"), [seen.inputs["administratorLogin"]]


def _secret(seen: Seen) -> tuple[Any, Any]:
    path = f"/secrets/{seen.inputs['secretName']}"
    answer = clients.vault(seen.parts, seen.inputs["vaultName"], path, seen.parts.identity.developer.principal_id)
    return answer.json().get("value"), seen.inputs["properties"]["value"]


def _vault(seen: Seen) -> tuple[Any, Any]:
    """The list of its secrets; a host that is no vault's has none."""
    developer = seen.parts.identity.developer.principal_id
    return clients.vault(seen.parts, seen.inputs["vaultName"], "/secrets", developer).status_code, 200


def _identity(seen: Seen) -> tuple[Any, Any]:
    """What an app with the identity gets from its own endpoint."""
    given = seen.parts.identity.endpoint_for("looking", [seen.resource.id])
    try:
        answer = httpx.get(
            given["IDENTITY_ENDPOINT"],
            params={"resource": "https://vault.azure.net", "mi_res_id": seen.resource.id},
            headers={"X-IDENTITY-HEADER": given["IDENTITY_HEADER"]},
            trust_env=False,
        )
    finally:
        seen.parts.identity.forget_app("looking")
    return answer.json().get("client_id"), seen.outputs["clientId"]


def _token(seen: Seen) -> tuple[Any, Any]:
    """Whether the credentials write and read."""
    client = clients.s3(seen.parts, seen.resource.id, seen.outputs["value"])
    [grant] = r2_parts.grants(seen.inputs)
    client.list_objects_v2(Bucket=grant.bucket)
    try:
        client.put_object(Bucket=grant.bucket, Key="looking", Body=b"")
        client.delete_object(Bucket=grant.bucket, Key="looking")
    except ClientError:
        return "reads", "writes" if grant.write else "reads"
    return "writes", "writes" if grant.write else "reads"


def _bucket(seen: Seen) -> tuple[Any, Any]:
    storage, name = seen.parts.object_storage, seen.inputs["name"]
    kept = storage.bucket(name, seen.inputs["jurisdiction"])
    there = (storage.directory / "data" / name).is_dir()
    return (there, kept.storage_class), (True, seen.inputs["storageClass"])


def _cors(seen: Seen) -> tuple[Any, Any]:
    """What a browser asks before it sends."""
    [rule] = seen.inputs["rules"]
    wanted = {"Origin": rule["allowed"]["origins"][0], "Access-Control-Request-Method": "PUT"}
    where = seen.parts.object_storage.plain_endpoint.removeprefix("http://")
    answer = clients.ask(
        where, where, f"/{seen.inputs['bucketName']}/any", secure=False, method="OPTIONS", headers=wanted
    )
    return answer.headers.get("access-control-max-age"), str(rule["maxAgeSeconds"])


def _lifecycle(seen: Seen) -> tuple[Any, Any]:
    """The rules by which its sweeps go; sweeping itself is the storage's test."""
    kept = seen.parts.object_storage.bucket(seen.inputs["bucketName"], seen.inputs["jurisdiction"])
    return list(kept.lifecycle), r2_parts.lifecycle(seen.inputs)


def _lock(seen: Seen) -> tuple[Any, Any]:
    """The rules by which it holds objects; an object that is held would keep the bucket from its end."""
    kept = seen.parts.object_storage.bucket(seen.inputs["bucketName"], seen.inputs["jurisdiction"])
    return list(kept.locks), r2_parts.locks(seen.inputs)


def _dns_record(seen: Seen) -> tuple[Any, Any]:
    return clients.resolved(seen.parts, seen.inputs["name"], seen.inputs["type"]), [f"{seen.inputs['content']}."]


def _edge(seen: Seen) -> str:
    return f"127.0.0.1:{seen.parts.edge.tls_port}"


def _pack(seen: Seen) -> tuple[Any, Any]:
    return clients.names(clients.certificate(_edge(seen), ADMIN)), sorted(seen.inputs["hosts"])


def _answers_with(seen: Seen, host: str, covered: list[str]) -> bool:
    """Whether a host answers with the certificate for these names, and not with another one or none."""
    try:
        return clients.names(clients.certificate(_edge(seen), host)) == covered
    except OSError:
        return False


def _total_tls(seen: Seen) -> tuple[Any, Any]:
    return _answers_with(seen, DEEP, [DEEP]), seen.inputs["enabled"]


def _universal(seen: Seen) -> tuple[Any, Any]:
    return _answers_with(seen, API, [f"*.{ZONE}", ZONE]), seen.inputs["enabled"]


def _normalization(seen: Seen) -> tuple[Any, Any]:
    """Whether one slash too many leads past the rule that blocks a path."""
    paths = ("//hidden/", "//secret/")
    blocked = any(clients.ask(_edge(seen), ADMIN, path).status_code == 403 for path in paths)
    return blocked, seen.inputs["type"] == "cloudflare"


def _ruleset(seen: Seen) -> tuple[Any, Any]:
    """Which of two paths is blocked."""
    [rule] = seen.inputs["rules"]
    answers = {path: clients.ask(_edge(seen), ADMIN, path).status_code == 403 for path in ("/hidden/", "/secret/")}
    return answers, {path: path in rule["expression"] for path in answers}


def _access(seen: Seen) -> tuple[Any, Any]:
    """Which of two paths leads a stranger to the sign-in page."""
    [destination] = seen.inputs["destinations"]
    answers = {
        path: clients.ask(_edge(seen), ADMIN, path).headers.get("location", "").startswith("/cdn-cgi/access/login")
        for path in ("/desk", "/office")
    }
    return answers, {path: str(destination["uri"]).endswith(path) for path in answers}


def _policy(seen: Seen) -> tuple[Any, Any]:
    """Who of two people is let in."""
    [included] = seen.inputs["includes"]
    application = seen.of("cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication").inputs
    _, _, path = application["destinations"][0]["uri"].partition("/")
    sign_in = clients.ask(_edge(seen), ADMIN, f"/{path}").headers.get("location")
    if sign_in is None:
        return "nobody is asked who they are", included
    people = ("owner@ecent.online", "another@ecent.online")
    answers = {
        each: clients.ask(_edge(seen), ADMIN, sign_in, method="POST", data={"email": each}).has_redirect_location
        for each in people
    }
    return answers, {each: each == included["email"]["email"] for each in people}


def _zone_setting(seen: Seen) -> tuple[Any, Any]:
    answer = clients.ask(f"127.0.0.1:{seen.parts.edge.http_port}", ADMIN, "/", secure=False)
    to_https = answer.headers.get("location", "").startswith("https://")
    return "on" if to_https else "off", seen.inputs["value"]


def _password_of_application(seen: Seen) -> tuple[Any, Any]:
    return len(seen.outputs["value"]) >= 32, True


def _origin_certificate(seen: Seen) -> tuple[Any, Any]:
    found = x509.load_pem_x509_certificate(seen.outputs["certificate"].encode())
    authority = x509.load_pem_x509_certificate(seen.parts.origin_ca.certificate_pem.encode())
    found.verify_directly_issued_by(authority)
    request = x509.load_pem_x509_csr(seen.inputs["csr"].encode())
    return (clients.names(found), found.public_key()), (sorted(seen.inputs["hostnames"]), request.public_key())


def _random_id(seen: Seen) -> tuple[Any, Any]:
    drawn = bytes.fromhex(seen.outputs["hex"])
    spelled = base64.b64encode(drawn).decode(), str(int.from_bytes(drawn, "big")), len(drawn)
    return (seen.outputs["b64Std"], seen.outputs["dec"], seen.inputs["byteLength"]), spelled


def _drawn(seen: Seen) -> tuple[Any, Any]:
    return (len(seen.outputs["result"]), seen.outputs["result"].isalnum()), (seen.inputs["length"], True)


def _uuid(seen: Seen) -> tuple[Any, Any]:
    return [len(each) for each in seen.outputs["result"].split("-")], [8, 4, 4, 4, 12]


def _request(seen: Seen) -> tuple[Any, Any]:
    request = x509.load_pem_x509_csr(seen.outputs["certRequestPem"].encode())
    key = serialization.load_pem_private_key(seen.inputs["privateKeyPem"].encode(), None)
    asked = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = [str(each) for kind in ("dnsNames", "ipAddresses", "uris") for each in seen.inputs[kind]]
    shown = request.is_signature_valid, request.public_key(), [str(each.value) for each in asked]
    return shown, (True, key.public_key(), wanted)


def _private_key(seen: Seen) -> tuple[Any, Any]:
    key = serialization.load_pem_private_key(seen.outputs["privateKeyPem"].encode(), None)
    public = serialization.load_pem_public_key(seen.outputs["publicKeyPem"].encode())
    digest = hashlib.sha256(
        public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    own = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return digest.digest(), hashlib.sha256(own).digest()


PARTS: Mapping[str, Look] = {
    f"{_APP}:Certificate": _certificate,
    f"{_APP}:ContainerApp": _app,
    f"{_APP}:Job": _job,
    f"{_APP}:ManagedCertificate": _managed_certificate,
    f"{_APP}:ManagedEnvironment": _environment,
    "azure-native:authorization:RoleAssignment": _role,
    "azure-native:dbforpostgresql:Configuration": _configuration,
    "azure-native:dbforpostgresql:Database": _database,
    _SERVER: _server,
    _SECRET: _secret,
    "azure-native:keyvault:Vault": _vault,
    _IDENTITY: _identity,
    "cloudflare:index/accountToken:AccountToken": _token,
    "cloudflare:index/certificatePack:CertificatePack": _pack,
    "cloudflare:index/dnsRecord:DnsRecord": _dns_record,
    "cloudflare:index/r2Bucket:R2Bucket": _bucket,
    "cloudflare:index/r2BucketCors:R2BucketCors": _cors,
    "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": _lifecycle,
    "cloudflare:index/r2BucketLock:R2BucketLock": _lock,
    "cloudflare:index/ruleset:Ruleset": _ruleset,
    "cloudflare:index/totalTls:TotalTls": _total_tls,
    "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": _normalization,
    "cloudflare:index/universalSslSetting:UniversalSslSetting": _universal,
    "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": _access,
    "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy": _policy,
    "cloudflare:index/zoneSetting:ZoneSetting": _zone_setting,
}
VALUES: Mapping[str, Look] = {
    "azuread:index/applicationPassword:ApplicationPassword": _password_of_application,
    "cloudflare:index/originCaCertificate:OriginCaCertificate": _origin_certificate,
    "random:index/randomId:RandomId": _random_id,
    "random:index/randomPassword:RandomPassword": _drawn,
    "random:index/randomString:RandomString": _drawn,
    "random:index/randomUuid:RandomUuid": _uuid,
    "tls:index/certRequest:CertRequest": _request,
    "tls:index/privateKey:PrivateKey": _private_key,
}
ALL: Mapping[str, Look] = {**PARTS, **VALUES}

LEFT_IN_FORCE = (
    "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
    "cloudflare:index/r2BucketLock:R2BucketLock",
)
"""Types whose end leaves the part as it is, until what it belongs to ends."""
