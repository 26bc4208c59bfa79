"""The ARM path of a type that is not registered, as far as its token and its inputs tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local_cloud.server.values.shapes import is_object


def path_of(token: str, inputs: Mapping[str, Any]) -> str | None:
    """
    `Microsoft.Network/natGateways/{natGatewayName}` for `azure-native:network:NatGateway`.

    The SDK does not have the paths. They follow a habit: the module names the resource provider, and the kind in the plural is beside a
    name that the kind's singular names. A type that keeps to another habit gets a path that no literal id has, or none.

    Args:
        token: the type's token.
        inputs: a resource's inputs by wire name.
    """
    _, module, kind = token.split(":")
    if not is_object(inputs) or "resourceGroupName" not in inputs:
        return None
    names = [each for each in inputs if each.casefold() == f"{kind}Name".casefold()]
    if len(names) != 1:
        return None
    return f"Microsoft.{module}/{_plural(kind)}/{{{names[0]}}}"


def _plural(kind: str) -> str:
    if re.search(r"[^aeiou]y$", kind):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if re.search(r"(s|x|ch)$", kind) else f"{kind}s"
