"""The command line's side of the daemon's control endpoint; standard library only, so that `ignition status` is quick."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from local_cloud.background import Address, BackgroundError
from local_cloud.daemon.background import local_daemon

_TIMEOUT_S: Final = 30


@dataclass(frozen=True)
class Client:
    """
    A running daemon.

    Attributes:
        state: its state directory.
        address: where it answers.
    """

    state: Path
    address: Address

    def get(self, path: str) -> Any:
        """The answer to a GET, from JSON."""
        with self._open(path) as answer:
            return json.load(answer)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to a POST, from JSON."""
        with self._open(path, json.dumps(body or {}).encode()) as answer:
            return json.load(answer)

    def lines(self, path: str) -> Iterator[str]:
        """The lines of an answer, as they come."""
        with self._open(path, timeout_s=None) as answer:
            for line in answer:
                yield line.decode(errors="replace").rstrip("\n")

    def _open(self, path: str, data: bytes | None = None, timeout_s: float | None = _TIMEOUT_S) -> Any:
        file = self.state / "control-token"
        token = quote(file.read_text(errors="replace"), safe="")
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.address.facts['control_port']}{path}",
            data=data,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=timeout_s)
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.UNAUTHORIZED:
                raise BackgroundError(
                    f"{file} is not the key of the local cloud that runs; `ignition down`, then `ignition up` makes it anew"
                ) from None
            raise BackgroundError(error.read().decode(errors="replace").strip()) from None
        except OSError as error:
            raise BackgroundError(
                f"the local cloud does not answer ({error}); its log is {local_daemon(self.state).log_file}"
            ) from None


def connect(state: Path) -> Client | None:
    """The running daemon of a state directory, or None."""
    address = local_daemon(state).running()
    return Client(state, address) if address is not None else None
