"""One attached provider package: its name, the SDK it answers for, its resource types and its functions."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_cloud.server.resource_types.resource_type import ResourceType
from local_cloud.server.resource_types.types_only import TypesOnly

Function = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]
"""A provider function: (arguments, provider configuration) -> result."""


@dataclass(frozen=True)
class Package:
    """
    One provider.

    Attributes:
        name: as Pulumi knows it, `azure-native`.
        distribution: the SDK's Python distribution, whose version the provider reports.
        types: every registered resource type.
        functions: every registered function by token.
        path_of: ARM paths of types that are not registered, by token and inputs.
        unseen: what the cloud may refuse of every type, and only the cloud knows; sentences.
        others: what stands for types of the SDK that are not registered, in previews; None where there are no such.
    """

    name: str
    distribution: str
    types: Sequence[ResourceType]
    functions: Mapping[str, Function]
    others: type[TypesOnly] | None = None
    path_of: Callable[[str, Mapping[str, Any]], str | None] | None = None
    unseen: Sequence[str] = ()

    @property
    def version(self) -> str:
        """The installed SDK's version: any other makes the engine warn on every run."""
        return importlib.metadata.version(self.distribution)

    def by_token(self) -> Mapping[str, ResourceType]:
        """The types by token."""
        return {each.token: each for each in self.types}
