"""
Tokens from the local platform's identity endpoint, whose address and header are given and not the process's own.

The official managed identity client takes both from the environment, where a program's own identity may be.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

    from app_config.local_platform import TokenEndpoint

_TIMEOUT_S: Final = 15.0
_LOOPBACK: Final = "http://127.0.0.1:"


class LocalIdentity:
    """
    A credential of one local identity.

    Args:
        endpoint: where its tokens come from.
    """

    def __init__(self, endpoint: TokenEndpoint) -> None:
        self._endpoint = endpoint

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """
        The token for one scope.

        Raises:
            ClientAuthenticationError: the endpoint does not answer, or refuses.
        """
        import urllib.error  # noqa: PLC0415  slow to import, as the three below
        import urllib.request  # noqa: PLC0415

        from azure.core.credentials import AccessToken  # noqa: PLC0415
        from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415

        if not self._endpoint.url.startswith(_LOOPBACK):
            raise ClientAuthenticationError("the local identity's endpoint is not on 127.0.0.1")
        resource = quote(scopes[0].removesuffix("/.default"), safe="")
        request = urllib.request.Request(  # noqa: S310  the address begins with http://127.0.0.1
            f"{self._endpoint.url}?api-version=2019-08-01&resource={resource}",
            headers={"X-IDENTITY-HEADER": self._endpoint.header},
        )
        # A proxy of the user's has no business with a token of this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as answer:
                said = json.load(answer)
            return AccessToken(str(said["access_token"]), int(said["expires_on"]))
        except urllib.error.HTTPError as error:
            problem = f"the local identity endpoint answers {error.code}"
        except (OSError, ValueError, KeyError):
            problem = "the local identity endpoint does not answer; `ignition status` shows whether the platform runs"
        raise ClientAuthenticationError(problem)
