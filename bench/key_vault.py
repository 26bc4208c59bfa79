"""
How fast the local Key Vault answers GETs over TLS: latency of one keep-alive client, and requests a second of several.

    python bench/key_vault.py [--seconds 5] [--connections 4] [--json]

The clients run in a process of their own, so that they do not share the server's interpreter; they speak plain HTTP/1.1
over TLS, because the Python SDK itself spends more time on a request than the server does. The SDK's own rate is measured
beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import ssl
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from local_cloud.runtime.network.ports import free_port
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.identity.backend import Identity
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_USER, RoleAssignments
from local_cloud.services.key_vault.backend import KeyVault

TENANT = "11111111-1111-1111-1111-111111111111"
VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"


@dataclass(frozen=True)
class Target:
    port: int
    ca_file: str
    token: str


async def _client(target: Target, until: float) -> list[float]:
    """One keep-alive connection; the seconds each request took."""
    context = ssl.create_default_context(cafile=target.ca_file)
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port, ssl=context, server_hostname="localhost")
    request = (
        f"GET /secrets/DATABASE-URL/?api-version=2025-07-01 HTTP/1.1\r\nHost: localhost:{target.port}\r\n"
        f"Authorization: Bearer {target.token}\r\nAccept: application/json\r\n\r\n"
    ).encode()
    took: list[float] = []
    while (begun := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        took.append(time.perf_counter() - begun)
    writer.close()
    return took


async def _load(target: Target, connections: int, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    each = await asyncio.gather(*(_client(target, until) for _ in range(connections)))
    return [took for one in each for took in one]


def _run(target: Target, connections: int, seconds: float) -> list[float]:
    return asyncio.run(_load(target, connections, seconds))


def _sdk(target: Target, seconds: float) -> int:
    from azure.core.credentials import AccessToken  # noqa: PLC0415  slow to import, needed here only
    from azure.keyvault.secrets import SecretClient  # noqa: PLC0415

    class Fixed:
        def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken(target.token, 4_000_000_000)

    done = 0
    with SecretClient(
        f"https://localhost:{target.port}", Fixed(), connection_verify=target.ca_file, verify_challenge_resource=False
    ) as client:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            client.get_secret("DATABASE-URL")
            done += 1
    return done


def measure(seconds: float, connections: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(scratch)
        ca, roles = LocalCA(directory / "ca"), RoleAssignments(directory / "roles.sqlite")
        identity = Identity(
            directory / "identity", ca=ca, port=free_port(), authority_port=free_port(), tenant_id=TENANT
        )
        port = free_port()
        vaults = KeyVault(directory / "key-vault", ca=ca, port=port, tokens=identity.tokens, roles=roles)
        vault = vaults.vaults.create("kv", resource_id=VAULT, tenant_id=TENANT)
        vaults.secrets.put(vault, "DATABASE-URL", "postgresql://ignition:password@localhost:5432/ignition")
        roles.put(scope=VAULT, principal_id=identity.developer.principal_id, role_definition_id=KEY_VAULT_SECRETS_USER)
        vaults.start()
        try:
            target = Target(port, str(ca.ca_file), identity.token_for(identity.developer))
            with multiprocessing.get_context("spawn").Pool(1) as clients:
                clients.apply(_run, (target, 1, 0.5))  # warm
                single = clients.apply(_run, (target, 1, seconds))
                several = clients.apply(_run, (target, connections, seconds))
                sdk = clients.apply(_sdk, (target, seconds))
        finally:
            vaults.close()
            identity.close()
            roles.close()
    return {
        "get_p50_ms": statistics.median(single) * 1000,
        "get_p99_ms": statistics.quantiles(single, n=100)[98] * 1000,
        "requests_per_s_1_connection": len(single) / seconds,
        f"requests_per_s_{connections}_connections": len(several) / seconds,
        "sdk_requests_per_s": sdk / seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.seconds, options.connections)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        for name, value in result.items():
            print(f"{name:32} {value:10.2f}")


if __name__ == "__main__":
    main()
