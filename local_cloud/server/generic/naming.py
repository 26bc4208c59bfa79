"""Generated names for resources that a program does not name, from the logical name and the engine's seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.wire import decode_struct, plain

MADE_UP: Final = "__createBeforeDelete"
"""The azure-native provider's own mark in the inputs; a replacement gets a new name, so that both can exist for a while."""


def made_up(
    resource_type: ResourceType, request: provider_pb2.CheckRequest, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """The missing name, kept from the old inputs where the resource has one already, and the mark that it was made up."""
    name = resource_type.name_property
    if name is None or inputs.get(name) is not None:
        return {}
    olds = plain(decode_struct(request.olds))
    before = olds.get(name)
    if isinstance(before, str):
        return {key: olds[key] for key in (name, MADE_UP) if key in olds}
    digest = hashlib.sha256(request.randomSeed or request.urn.encode()).hexdigest()
    return {name: resource_type.invent_name(request.urn.rsplit("::", 1)[-1], digest), MADE_UP: True}
