"""
The configuration of the stack that is running, from the engine.

The only module of the program that asks the engine for configuration and the environment for anything.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import pulumi

from infra.config.parsing import parse
from infra.config.placeholders import placeholders
from infra.config.problems import ConfigError, Problem
from infra.config.stack import NAMESPACE, StackConfig

_ATTACHED: Final = "PULUMI_DEBUG_PROVIDERS"
REACHING_PROVIDERS: Final = ("azure-native", "azuread", "cloudflare")
"""The providers that would reach a real cloud. Others (random, tls, time) stay on this machine."""


def read() -> StackConfig:
    """
    Read the running stack's configuration.

    Raises:
        ConfigError: with every problem; nothing has been registered by then.
    """
    values = pulumi.runtime.config.CONFIG.get() or pulumi.runtime.config.get_config_env()
    config = parse({key: value for key, value in values.items() if isinstance(value, str)})
    refuse_unattached(config, os.environ)
    if not pulumi.runtime.is_dry_run():
        refuse_placeholders(config)
    return config


def refuse_unattached(config: StackConfig, environment: Mapping[str, str]) -> None:
    """
    Keep a stack that is made for attached providers from a real cloud.

    Args:
        config: The stack's configuration.
        environment: Where the engine says which providers are attached, as `name:port,name:port`.

    Raises:
        ConfigError: a provider that would reach a cloud is not attached.
    """
    if not config.attached_providers_only:
        return
    attached = {each.split(":", 1)[0].strip() for each in environment.get(_ATTACHED, "").split(",")}
    if missing := [each for each in REACHING_PROVIDERS if each not in attached]:
        raise ConfigError(
            [
                Problem(
                    f"{NAMESPACE}:attached_providers_only",
                    f"is true, but the engine would start the real {', '.join(missing)}: nothing was done. Run it by "
                    "`ignition up`, or `ignition pulumi -- ARGUMENTS`, which attach this machine's own providers",
                )
            ]
        )


def refuse_placeholders(config: StackConfig) -> None:
    """
    Keep a deployment from placeholders.

    Raises:
        ConfigError: with every key that holds one. A stack with attached providers reaches no cloud and may keep them.
    """
    if not config.attached_providers_only and (found := placeholders(config)):
        raise ConfigError(found)
