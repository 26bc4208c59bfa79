"""Plain clients for the parts of a running local cloud: what somebody outside sees of them."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import boto3
import dns.message
import dns.query
import httpx
import psycopg
from botocore.config import Config
from cryptography import x509

from local_cloud.parts import Parts
from local_cloud.services.key_vault.backend.server import DOMAIN
from local_cloud.services.object_storage.backend.storage import secret_access_key

SECRETS_API = {"api-version": "7.5"}


def ask(address: str, host: str, path: str = "/", *, secure: bool = True, **options: Any) -> httpx.Response:
    """A request to HOST:PORT with the real name in SNI and Host; which certificate answers is looked at by `certificate`."""
    extensions = {"sni_hostname": host} if secure else {}
    method, headers = options.pop("method", "GET"), {"Host": host, **options.pop("headers", {})}
    with httpx.Client(verify=False, trust_env=False, timeout=60) as client:  # noqa: S501  the handshake is tested apart
        url = f"{'https' if secure else 'http'}://{address}{path}"
        return client.request(method, url, headers=headers, extensions=extensions, **options)


def certificate(address: str, host: str) -> x509.Certificate:
    """The certificate that answers for a host; a failed handshake is an OSError."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    name, port = address.rsplit(":", 1)
    with (
        socket.create_connection((name, int(port)), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return x509.load_der_x509_certificate(secure.getpeercert(binary_form=True) or b"")


def names(found: x509.Certificate) -> list[str]:
    """The DNS names of a certificate."""
    return sorted(
        found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    )


def resolved(parts: Parts, name: str, kind: str) -> list[str]:
    """What the name server answers."""
    host, port = parts.dns.address.split(":")
    answer = dns.query.udp(dns.message.make_query(name, kind), host, port=int(port), timeout=10)
    return [str(item) for record_set in answer.answer for item in record_set]


def postgres(parts: Parts, server: dict[str, Any]) -> dict[str, Any]:
    """How the administrator connects, with verified TLS; `server` is the server's inputs."""
    return {
        "host": "localhost",
        "port": parts.postgres.server(server["serverName"]).port,
        "user": server["administratorLogin"],
        "password": server["administratorLoginPassword"],
        "dbname": "postgres",
        "sslmode": "verify-full",
        "sslrootcert": str(parts.ca.ca_file),
    }


def rows(parts: Parts, server: dict[str, Any], query: str, *values: str) -> list[Any]:
    """The first column of a query of the administrator; `server` is the server's inputs."""
    with psycopg.connect(**postgres(parts, server)) as connection:
        return [row[0] for row in connection.execute(query.encode(), values or None).fetchall()]


def s3(parts: Parts, key_id: str, token_value: str) -> Any:
    """An S3 client with the credentials that an API token gives."""
    return boto3.client(
        "s3",
        endpoint_url=parts.object_storage.plain_endpoint,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret_access_key(token_value),
        region_name="auto",
        config=Config(retries={"max_attempts": 1}),
    )


def vault(parts: Parts, name: str, path: str, principal: str, **options: Any) -> httpx.Response:
    """A request to the vault's data plane with a token of a principal."""
    port = parts.key_vault.uri(name).rsplit(":", 1)[-1]
    headers = {"Authorization": f"Bearer {parts.identity.token_for(principal)}"}
    host = f"{name}.{DOMAIN}"
    return ask(
        f"127.0.0.1:{port}", host, path, headers={**headers, "Host": f"{host}:{port}"}, params=SECRETS_API, **options
    )
