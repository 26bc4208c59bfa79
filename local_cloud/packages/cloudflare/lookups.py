"""Commands that find ids at Cloudflare; the token is handed to curl on its standard input, never as an argument."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final

CLOUDFLARE: Final = """cf() { printf 'header = "Authorization: Bearer %s"\\n' "$CLOUDFLARE_API_TOKEN" |
  curl --config - --fail --silent --show-error "https://api.cloudflare.com/client/v4/$1"; }"""
"""What the commands call; `CLOUDFLARE_API_TOKEN` must be set."""


def cloudflare(path: str, condition: str = "", *, of: str = ".result[]", field: str = "id") -> str:
    """
    The command that prints ids.

    Args:
        path: below the API's root.
        condition: which of the results, as jq writes it; empty for all.
        of: where the results are.
        field: what is printed of each.
    """
    chosen = f"{of} | select({condition})" if condition else of
    return f"cf {shlex.quote(path)} | jq -r {shlex.quote(f'{chosen} | .{field}')}"


def quoted(value: Any) -> str:
    """A value as jq writes it."""
    return json.dumps(value)


def owner_of(inputs: Mapping[str, Any]) -> str:
    """The account or zone that something belongs to, as paths name it."""
    zone = inputs.get("zoneId")
    return f"zones/{zone}" if zone else f"accounts/{inputs.get('accountId')}"
