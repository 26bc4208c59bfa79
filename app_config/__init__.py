"""
The settings of the Ignition backend: one contract, several sources, one error that names every problem.

    from app_config import Environment, KeyVault, Settings, load

    settings = load(Settings, Environment(), KeyVault("https://NAME.vault.azure.net"))

Installs and imports without Pulumi; the Azure SDKs are imported when a vault is first asked. Everything public is in
`__all__`; the modules are not, except `contract` and `settings`, which the program binds to.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app_config.contract import Contract, Env, Group, Variable, variables
    from app_config.loading import Resolution, aload, load, resolve
    from app_config.problems import Problem, SettingsError
    from app_config.settings import AdminSettings, Settings
    from app_config.snapshot import Snapshot
    from app_config.sources.dotenv import Dotenv
    from app_config.sources.environment import Environment
    from app_config.sources.explicit import Explicit
    from app_config.sources.key_vault import KeyVault
    from app_config.sources.source import Precedence, Source
    from app_config.sources.stack_outputs import StackOutputs
    from app_config.vault.access import VaultAccess
    from app_config.vault.credentials import Credential
    from app_config.watching import Watch, watch

__all__ = [
    "AdminSettings",
    "Contract",
    "Credential",
    "Dotenv",
    "Env",
    "Environment",
    "Explicit",
    "Group",
    "KeyVault",
    "Precedence",
    "Problem",
    "Resolution",
    "Settings",
    "SettingsError",
    "Snapshot",
    "Source",
    "StackOutputs",
    "Variable",
    "VaultAccess",
    "Watch",
    "aload",
    "load",
    "resolve",
    "variables",
    "watch",
]

# Imported when first used: a program that reads a dotenv file does not pay for vaults, stacks and watching.
_HOMES: Final = {
    "contract": ("Contract", "Env", "Group", "Variable", "variables"),
    "loading": ("Resolution", "aload", "load", "resolve"),
    "problems": ("Problem", "SettingsError"),
    "settings": ("AdminSettings", "Settings"),
    "snapshot": ("Snapshot",),
    "sources.dotenv": ("Dotenv",),
    "sources.environment": ("Environment",),
    "sources.explicit": ("Explicit",),
    "sources.key_vault": ("KeyVault",),
    "sources.source": ("Precedence", "Source"),
    "sources.stack_outputs": ("StackOutputs",),
    "vault.access": ("VaultAccess",),
    "vault.credentials": ("Credential",),
    "watching": ("Watch", "watch"),
}


def __getattr__(name: str) -> object:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
