"""
The settings of the Ignition backend: one contract, several sources, one error that names every problem.

    from app_config import Environment, KeyVault, Settings, load

    settings = load(Settings, Environment(), KeyVault("https://NAME.vault.azure.net"))

Installs and imports without Pulumi; the Azure SDKs are imported when a vault is first asked. Everything public is in
`__all__`; modules below are not, except `contract` and `settings`, which the program binds to.
"""

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
