"""What the Key Vault tests share."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from azure.identity import ManagedIdentityCredential

from local_cloud.services.identity.backend import Principal
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_USER
from tests.integration.key_vault.platform import Platform


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Everything started, one vault named kv-ignition in it."""
    _resolve_localhost(monkeypatch)
    with ExitStack() as stack:
        made = Platform(tmp_path, stack)
        try:
            made.vault()
            yield made
        finally:
            stack.close()
            made.close()


@pytest.fixture
def as_app(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ManagedIdentityCredential]:
    """Sign in as an app on Container Apps does, with the environment that it gets."""

    def sign_in(app: str, *identities: Principal, **chosen: Any) -> ManagedIdentityCredential:
        ids = [identity.resource_id or identity.client_id for identity in identities]
        for name, value in platform.identity.endpoint_for(app, ids).items():
            monkeypatch.setenv(name, value)
        return ManagedIdentityCredential(**chosen)

    return sign_in


@pytest.fixture
def reader(platform: Platform) -> Principal:
    """An identity that may read the secrets of every vault."""
    return platform.identity_of("reader", KEY_VAULT_SECRETS_USER)


def _resolve_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve `*.localhost` to loopback, as RFC 6761 asks and not every machine does."""
    resolve = socket.getaddrinfo

    def resolving(host: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(host, str) and host.endswith(".localhost"):
            host = "127.0.0.1"
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolving)
