"""What a program registered, as a policy sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import json_format
from pulumi_policy import PolicyCustomTimeouts, PolicyProviderResource, PolicyResourceOptions
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import unknown_checking_proxy

from local_cloud.server.plan.planned import Registrations

_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@dataclass(frozen=True, slots=True)
class RegisteredResource:
    """A registered resource, as the analyzer reads the engine's message of one."""

    type: str
    urn: str
    name: str
    properties: Any
    parent: str
    dependencies: Sequence[str]
    propertyDependencies: Mapping[str, Any]  # noqa: N815  the message's name
    options: PolicyResourceOptions
    provider: PolicyProviderResource | None


def resources_of(registrations: Registrations) -> Iterator[RegisteredResource]:
    """Every registered resource."""
    providers: dict[str, PolicyProviderResource] = {}
    for urn, each in registrations.requests():
        properties = _properties(each.object)
        yield RegisteredResource(
            type=each.type,
            urn=urn,
            name=each.name,
            properties=properties,
            parent=each.parent,
            dependencies=tuple(each.dependencies),
            propertyDependencies=dict(each.propertyDependencies.items()),
            options=_options(each),
            provider=providers.get(each.provider.rpartition("::")[0]),
        )
        if each.type.startswith("pulumi:providers:"):
            providers[urn] = PolicyProviderResource(each.type, properties, urn, each.name)


def _properties(struct: Any) -> Any:
    """As a policy sees them: what is not known raises when it is read."""
    return unknown_checking_proxy(deserialize_properties(_plain(json_format.MessageToDict(struct))))


def _options(registration: Any) -> PolicyResourceOptions:
    given = registration.customTimeouts
    return PolicyResourceOptions(
        protect=registration.protect,
        ignore_changes=list(registration.ignoreChanges),
        delete_before_replace=registration.deleteBeforeReplace if registration.deleteBeforeReplaceDefined else None,
        aliases=list(registration.aliasURNs),
        custom_timeouts=PolicyCustomTimeouts(*map(_seconds, (given.create, given.update, given.delete))),
        additional_secret_outputs=list(registration.additionalSecretOutputs),
        parent=registration.parent or None,
    )


def _seconds(duration: str) -> float:
    """A duration of Go's, `1h30m`; the engine gives policies seconds."""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([0-9.]+)(h|ms|m|s|us|µs|ns)", duration))


def _plain(value: Any) -> Any:
    """Texts that a program made of an unknown value are unknown."""
    if isinstance(value, str):
        return _UNKNOWN if _UNKNOWN in value else value
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return [_plain(each) for each in value] if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType]
