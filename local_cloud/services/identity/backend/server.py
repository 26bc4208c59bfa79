"""
The identity server: tokens for apps, for whoever deploys, and for the developer at this machine.

It knows who somebody is; what they may do is in `role_assignments`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_files import load_or_create_key
from local_cloud.runtime.network.asgi_server import AsgiServer
from local_cloud.runtime.network.browser_guard import BrowserGuard
from local_cloud.runtime.network.faults import Faults, FaultyApp
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.identity.backend.endpoints import (
    APPLICATION_LIFETIME_S,
    authority_app,
    managed_identity_app,
    refusal,
)
from local_cloud.services.identity.backend.principals import Principal, Principals
from local_cloud.services.identity.backend.tokens import Tokens

_DEVELOPER: Final = "developer"
_DEPLOYER: Final = "deployer"
_NO_APP: Final = "~"
"""Begins the developer's names at the endpoint: no app can have such a name, so none gets the developer's header."""


class Identity:
    """
    The identity part.

    Args:
        directory: where it keeps its key and its principals.
        ca: signs the certificate of the authority.
        port: of the managed identity endpoint (plain http, as in Container Apps).
        authority_port: of the authority (https; the Azure SDKs refuse anything else).
        tenant_id: the tenant of developer and deployer.
        clock: the time in seconds since 1970, for tests.

    Attributes:
        principals: who there is; managed identities are registered here.
        tokens: what the other parts verify tokens with.
        faults: trouble on demand; `UNAVAILABLE` is the token endpoint being down.
        developer: the person at this machine.
        deployer: whoever runs `pulumi up`.
    """

    def __init__(
        self,
        directory: Path,
        *,
        ca: LocalCA,
        port: int,
        authority_port: int,
        tenant_id: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._port = port
        self.authority = f"https://localhost:{authority_port}"
        self.tenant_id = tenant_id
        self.principals = Principals(directory / "principals.sqlite", clock)
        self.tokens = Tokens(directory / "token-key.pem", self.authority, clock)
        self.faults = Faults()
        # The secrets are derived, not stored: an app that outlives the daemon keeps the one it was started with.
        self._header_key = load_or_create_key(directory / "header-key")
        self.developer = self._person(_DEVELOPER)
        self.deployer = self._person(_DEPLOYER)
        # Earlier versions kept the developer among the apps, where an app could have the name.
        self.principals.withdraw(_DEVELOPER, self.developer.principal_id)
        self.principals.assign(f"{_NO_APP}{_DEVELOPER}", [], self.developer.principal_id)
        certificate = ca.issue(["localhost", "127.0.0.1", "::1"], directory=directory / "tls")
        endpoint = managed_identity_app(self.principals, self.tokens, self._header)
        authority = authority_app(self.principals, self.tokens)
        self._servers = (
            AsgiServer("identity endpoint", BrowserGuard(FaultyApp(endpoint, self.faults, refusal)), port=port),
            AsgiServer(
                "token authority",
                BrowserGuard(FaultyApp(authority, self.faults, refusal)),
                port=authority_port,
                certificate=certificate,
            ),
        )

    @property
    def alive(self) -> bool:
        """Whether both endpoints answer."""
        return all(server.alive for server in self._servers)

    def start(self) -> None:
        """
        Start both endpoints.

        Raises:
            ServerFailed: a port is taken.
        """
        try:
            for server in self._servers:
                server.start()
        except Exception:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop both endpoints; what is registered stays, and the part can be started again."""
        for server in self._servers:
            server.ask_to_stop()
        for server in self._servers:
            server.stop()

    def endpoint_for(
        self, app: str, identity_ids: Sequence[str], *, system_assigned: str | None = None
    ) -> dict[str, str]:
        """
        The environment variables by which an app gets tokens for its identities, and for no others.

        Args:
            app: its name; the secret in the environment is for this name and is always the same.
            identity_ids: ARM ids (or client ids) of registered identities.
            system_assigned: the one that is used when the app names none.

        Raises:
            PrincipalUnknown: an identity that nobody registered.
            BackendError: no app can have that name.
        """
        if app.startswith(_NO_APP):
            raise BackendError(f"an app cannot be called {app!r}: such names are for people; begin it with a letter")
        self.principals.assign(app, identity_ids, system_assigned)
        return self._variables(app)

    def forget_app(self, app: str) -> None:
        """Take all identities from an app."""
        self.principals.assign(app, [])

    def secrets_reader(self, app: str, identity_id: str) -> dict[str, str]:
        """
        The variables by which a developer's command gets tokens of the identity that reads an app's secrets.

        The app itself may have no such variables: its stack can leave that identity to the platform alone.

        Raises:
            PrincipalUnknown: nobody registered the identity.
        """
        name = f"{_NO_APP}{_NO_APP}{app}"
        self.principals.assign(name, [], identity_id)
        return self._variables(name)

    def developer_environment(self) -> dict[str, str]:
        """What a developer's shell needs for `DefaultAzureCredential()` to sign in as `developer`."""
        return self._variables(f"{_NO_APP}{_DEVELOPER}")

    def token_for(self, principal: Principal | str, resource: str = "https://vault.azure.net") -> str:
        """
        A token, without asking any endpoint.

        Args:
            principal: somebody, or their ARM id, client id or principal id.
            resource: the service it is for.

        Raises:
            PrincipalUnknown: there is nobody of that id.
        """
        if isinstance(principal, str):
            principal = self.principals.get(principal)
        return self.tokens.issue(principal, resource, lifetime_s=APPLICATION_LIFETIME_S)[0]

    def close(self) -> None:
        """Stop, and close the files."""
        self.stop()
        self.principals.close()

    def _person(self, name: str) -> Principal:
        return self.principals.register_application(
            name=name,
            client_id=_guid(self.tenant_id, name, "client"),
            principal_id=_guid(self.tenant_id, name, "principal"),
            tenant_id=self.tenant_id,
        )

    def _variables(self, name: str) -> dict[str, str]:
        # By address: `localhost` may lead to ::1 first, where another account may listen on the same port and wait for headers.
        url, header = f"http://127.0.0.1:{self._port}/msi/{quote(name, safe='')}/token", self._header(name)
        return {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": header, "MSI_ENDPOINT": url, "MSI_SECRET": header}

    def _header(self, app: str) -> str:
        digest = hmac.new(self._header_key, app.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(parts)))
