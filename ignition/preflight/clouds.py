"""
Azure Resource Manager and Cloudflare, read by their official SDKs with the reader's own sign-in.

The SDKs are in the extra `live`, and are imported when they are needed. They do not retry here: one short wait where a cloud
names it (`Retry-After`), else the check is not answered.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

AZURE: Final = "https://management.azure.com"
TIMEOUT_S: Final = 5.0
_LONGEST_WAIT_S: Final = 2.0
_SCOPE: Final = "https://management.azure.com/.default"
_WRONG_TENANT: Final = "InvalidAuthenticationTokenTenant"


class Unanswered(Exception):  # noqa: N818  it is no error of ours
    """
    A cloud did not answer a question.

    Attributes:
        next_step: what to do about it.
    """

    def __init__(self, detail: str, next_step: str) -> None:
        super().__init__(detail)
        self.next_step = next_step


class WrongTenant(Exception):  # noqa: N818  named for what it says
    """The sign-in belongs to another tenant than the subscription."""


@dataclass(frozen=True)
class Answered:
    """A status and the JSON that came with it."""

    status: int
    body: Any
    retry_after_s: float | None = None


class Clouds:
    """
    Both clouds.

    Args:
        credential: of the reader at Azure; None leaves Azure unasked.
        token: of the reader at Cloudflare; None leaves Cloudflare unasked.
        azure_url: where Resource Manager answers.
        cloudflare_url: where Cloudflare's API answers; the SDK's own address when left out.
        timeout_s: for one answer.
    """

    def __init__(
        self,
        credential: TokenCredential | None,
        token: str | None,
        *,
        azure_url: str = AZURE,
        cloudflare_url: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._azure_url = azure_url.rstrip("/") + "/"
        self._azure: Any = _azure(credential, azure_url, timeout_s) if credential else None
        self._cloudflare: Any = _cloudflare(token, cloudflare_url, timeout_s) if token else None
        # A token never goes over plain HTTP, except to this machine.
        self._options: Mapping[str, Any] = (
            {} if urlsplit(azure_url).hostname != "127.0.0.1" else {"enforce_https": False}
        )

    def azure(self, path: str, version: str, body: Mapping[str, Any] | None = None) -> Answered:
        """
        Asks Resource Manager: GET, or POST for questions with a body.

        Returns:
            The answer: found, or 404.

        Raises:
            Unanswered: refused, silent or throttled, or nobody is signed in.
            WrongTenant: the sign-in is of another tenant.
        """
        if self._azure is None:
            raise Unanswered("nobody is signed in to Azure", "`az login`")
        return _patient(lambda: self._once(path, version, body), "Azure")

    def azure_list(self, path: str, version: str) -> list[Any]:
        """
        Every item of a list at Resource Manager, of all its pages.

        Raises:
            Unanswered, WrongTenant: see `azure`.
        """
        page = self.azure(path, version)
        items = _items(page)
        while following := page.body.get("nextLink"):
            if not str(following).startswith(self._azure_url):
                raise Unanswered("Azure's list goes on at another address", "ask by hand")
            page = self.azure(str(following), "")
            items += _items(page)
        return items

    def _once(self, path: str, version: str, body: Mapping[str, Any] | None) -> Answered:
        from azure.core.exceptions import AzureError, ClientAuthenticationError  # noqa: PLC0415  slow to import
        from azure.core.rest import HttpRequest  # noqa: PLC0415

        query = {"api-version": version} if version else {}
        url = self._azure.format_url(path)
        request = HttpRequest("POST" if body else "GET", url, params=query, json=body)
        said: Any = {}
        try:
            answer = self._azure.send_request(request, **self._options)
        except ClientAuthenticationError:
            raise Unanswered("the sign-in gave no token for Azure", "`az login`") from None
        except AzureError as error:
            raise Unanswered(
                f"Azure is silent ({type(error).__name__})", "try again; https://azure.status.microsoft"
            ) from None
        with contextlib.suppress(ValueError):
            said = answer.json()
        if answer.status_code == HTTPStatus.UNAUTHORIZED and _code(said) == _WRONG_TENANT:
            raise WrongTenant
        return Answered(answer.status_code, said, _seconds(answer.headers.get("Retry-After")))

    def cloudflare(self, path: str) -> Answered:
        """
        Asks Cloudflare.

        Returns:
            The answer: found, or 404. `body` is the whole envelope, with `result`.

        Raises:
            Unanswered: refused, silent or throttled, or there is no token.
        """
        if self._cloudflare is None:
            raise Unanswered("there is no CLOUDFLARE_API_TOKEN in the environment", "set it to a token that may read")
        return _patient(lambda: self._once_cloudflare(path), "Cloudflare")

    def _once_cloudflare(self, path: str) -> Answered:
        import cloudflare  # noqa: PLC0415  slow to import

        try:
            return Answered(HTTPStatus.OK, self._cloudflare.get(path, cast_to=object))
        except cloudflare.APIStatusError as error:
            return Answered(error.status_code, error.body, _seconds(error.response.headers.get("Retry-After")))
        except cloudflare.APIError as error:
            raise Unanswered(
                f"Cloudflare is silent ({type(error).__name__})", "try again; https://www.cloudflarestatus.com"
            ) from None

    def close(self) -> None:
        """Closes the connections."""
        for client in (self._azure, self._cloudflare):
            if client is not None:
                client.close()


def _patient(ask: Callable[[], Answered], cloud: str) -> Answered:
    """Asks, and once more after a short wait that the cloud itself names."""
    answer = ask()
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS and (answer.retry_after_s or 0) <= _LONGEST_WAIT_S:
        time.sleep(answer.retry_after_s or 0)
        answer = ask()
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = f" for {answer.retry_after_s:.0f} s" if answer.retry_after_s else ""
        raise Unanswered(f"{cloud} throttles{wait}", "try again after that time")
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise Unanswered(
            f"{cloud} refuses (status {answer.status})", "sign in as somebody who may ask, or have it granted"
        )
    if answer.status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
        raise Unanswered(f"{cloud} answers {answer.status}", "try again, or ask by hand")
    return answer


def result(answer: Answered) -> Any:
    """The `result` of an answer of Cloudflare; None where there is no such thing (404)."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return None
    body: Any = answer.body
    return body["result"]


def _items(answer: Answered) -> list[Any]:
    """The items of one page at Azure."""
    if answer.status == HTTPStatus.NOT_FOUND:
        raise Unanswered("Azure knows no such list (status 404)", "check subscription and region")
    items: list[Any] = answer.body["value"]
    return list(items)


def _code(body: Any) -> str:
    error: Any = cast("Mapping[str, Any]", body).get("error") if isinstance(body, dict) else None
    return str(cast("Mapping[str, Any]", error).get("code")) if isinstance(error, dict) else ""


def _seconds(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _azure(credential: TokenCredential, url: str, timeout_s: float) -> Any:
    from azure.core.pipeline.policies import RetryPolicy  # noqa: PLC0415  slow to import
    from azure.mgmt.core import ARMPipelineClient  # noqa: PLC0415
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy  # noqa: PLC0415

    make: Any = ARMPipelineClient
    return make(
        url,
        policies=[RetryPolicy(retry_total=0), ARMChallengeAuthenticationPolicy(credential, _SCOPE)],
        connection_timeout=timeout_s,
        read_timeout=timeout_s,
    )


def _cloudflare(token: str, url: str | None, timeout_s: float) -> Any:
    from cloudflare import Cloudflare  # noqa: PLC0415  slow to import

    return Cloudflare(api_token=token, base_url=url, max_retries=0, timeout=timeout_s)
