"""The settings of the program, and every problem with them in one message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, cast

import pulumi
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from infra.config.problems import ConfigError, Problem

KEY: Final = "ignition-bootstrap:settings"
OWN_STACK: Final = "bootstrap"
"""The name of the program's own stack, which gets a container and a key like the others."""

_GUID: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_HEX: Final = r"^[0-9a-f]{32}$"
_NUMBER: Final = r"^[1-9][0-9]*$"
_STACK: Final = r"^[a-z][a-z0-9]{1,11}$"
_ACCOUNT: Final = r"^[a-z0-9]{3,24}$"
_VAULT: Final = r"^[a-zA-Z](-?[a-zA-Z0-9]){2,23}$"
_REPOSITORY: Final = r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$"
_REGION: Final = r"^[a-z0-9]+$"
_RULES: Final[Mapping[str, str]] = {
    _GUID: "a GUID in lower case",
    _HEX: "32 hex digits",
    _NUMBER: "a whole number in quotes, as GitHub's API shows it",
    _STACK: "the name of a stack: 2 to 12 lower-case letters and digits, with a letter first",
    _ACCOUNT: "3 to 24 lower-case letters and digits",
    _VAULT: "3 to 24 letters, digits and single hyphens, with a letter first and no hyphen last",
    _REPOSITORY: "OWNER/NAME",
    _REGION: "a region such as swedencentral",
}
Guid = Annotated[str, StringConstraints(pattern=_GUID)]
Hex = Annotated[str, StringConstraints(pattern=_HEX)]
Number = Annotated[str, StringConstraints(pattern=_NUMBER)]
StackName = Annotated[str, StringConstraints(pattern=_STACK)]


class Settings(BaseModel):
    """A mapping of keys; an unknown one is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GitHub(Settings):
    """
    The repository whose workflows deploy.

    Attributes:
        repository: `OWNER/NAME`.
        owner_id: The owner's immutable number; given with `repository_id` where GitHub's subjects contain both.
        repository_id: The repository's immutable number.
    """

    repository: Annotated[str, StringConstraints(pattern=_REPOSITORY)]
    owner_id: Number | None = None
    repository_id: Number | None = None


class Cloudflare(Settings):
    """The account and the zone that the stacks share."""

    account_id: Hex
    zone_id: Hex


class DeployedStack(Settings):
    """
    A stack of the platform.

    Attributes:
        subscription_id: Where it is deployed to. A subscription of its own keeps each stack's identity from the other's resources.
        operators: Whether its configuration has `ignition:operators`, so that it assigns their roles.
    """

    subscription_id: Guid
    operators: bool = False


class BootstrapConfig(Settings):
    """
    Everything that the program is told.

    Attributes:
        subscription_id: Where state, keys and identities live.
        tenant_id: The Entra tenant of all subscriptions.
        location: The Azure region.
        storage_account: The account's name, unique in all of Azure.
        key_vault: The vault's name, unique in all of Azure.
        administrators: Object ids of people who may read and write every state.
        operators_group: The display name of a group to make; None where there is one already, or no operators.
        github: Whose workflows deploy.
        cloudflare: Where the tokens are valid.
        stacks: The platform's stacks by name.
    """

    subscription_id: Guid
    tenant_id: Guid
    location: Annotated[str, StringConstraints(pattern=_REGION)]
    storage_account: Annotated[str, StringConstraints(pattern=_ACCOUNT)]
    key_vault: Annotated[str, StringConstraints(pattern=_VAULT, max_length=24)]
    administrators: Annotated[tuple[Guid, ...], Field(min_length=1)]
    operators_group: str | None = None
    github: GitHub
    cloudflare: Cloudflare
    stacks: Annotated[dict[StackName, DeployedStack], Field(min_length=1)]


def read() -> BootstrapConfig:
    """
    Read the running stack's settings.

    Raises:
        ConfigError: with every problem; nothing has been registered by then.
    """
    text = pulumi.Config().get("settings")
    if text is None:
        raise ConfigError([Problem(KEY, "is missing: see docs/guides/first-deployment.md")])
    config = parse(text)
    if not pulumi.runtime.is_dry_run() and (problems := placeholders(config)):
        raise ConfigError(problems)
    return config


def parse(text: str) -> BootstrapConfig:
    """
    Check the settings, given as the engine passes them: JSON.

    Raises:
        ConfigError: with every problem.
    """
    try:
        given = json.loads(text)
    except ValueError:
        raise ConfigError([Problem(KEY, "is not a mapping of keys")]) from None
    try:
        config = BootstrapConfig.model_validate(given)
    except ValidationError as error:
        details = cast("list[dict[str, Any]]", error.errors(include_url=False))
        raise ConfigError([_problem(each) for each in details]) from None
    problems = list(_combinations(config))
    if problems:
        raise ConfigError(problems)
    return config


def _combinations(config: BootstrapConfig) -> Iterator[Problem]:
    if OWN_STACK in config.stacks:
        yield Problem(f"{KEY}.stacks.{OWN_STACK}", "is the name of this program's own stack; choose another")
    if (config.github.owner_id is None) != (config.github.repository_id is None):
        yield Problem(f"{KEY}.github", "has only one of owner_id and repository_id; give both, or neither")


def _problem(detail: Mapping[str, Any]) -> Problem:
    path = ".".join(str(each) for each in detail["loc"] if each != "[key]")
    key = f"{KEY}.{path}" if path else KEY
    given = f"{detail['input']!r}"
    match detail["type"]:
        case "missing":
            return Problem(key, "is missing")
        case "extra_forbidden":
            return Problem(key, "is not a key of this program; remove it or correct its spelling")
        case "string_pattern_mismatch":
            return Problem(key, f"is {given}, which is not {_RULES[detail['ctx']['pattern']]}")
        case _:
            return Problem(key, f"is {given}: {detail['msg']}")


def placeholders(config: BootstrapConfig) -> list[Problem]:
    """Every key that still holds zeros, with the command that replaces them; a deployment refuses them."""
    return list(_placeholders(config.model_dump(), KEY))


def _placeholders(value: object, key: str) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, object]", value).items():
            yield from _placeholders(each, f"{key}.{name}")
    elif isinstance(value, tuple):
        for number, each in enumerate(cast("tuple[object, ...]", value)):
            yield from _placeholders(each, f"{key}[{number}]")
    elif isinstance(value, str) and len(value) >= 32 and not value.strip("0-"):
        command = f"pulumi config set --stack {OWN_STACK} --path '{key}' VALUE"
        yield Problem(key, f"is still a placeholder. Run: {command}")
