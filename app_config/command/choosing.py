"""The options by which every subcommand chooses a contract and its sources."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from app_config.contract import Contract
from app_config.settings import AdminSettings, Settings
from app_config.sources.dotenv import Dotenv
from app_config.sources.environment import Environment
from app_config.sources.source import Source
from app_config.vault.credentials import Credential

if TYPE_CHECKING:
    from app_config.vault.access import VaultAccess

CONTRACTS: Final[Mapping[str, type[Contract]]] = {"api": Settings, "admin": AdminSettings}
"""The settings class of each app."""


@dataclass(frozen=True)
class Chosen:
    """
    What a person asked for.

    Attributes:
        contract: the settings class.
        sources: where to look.
    """

    contract: type[Contract]
    sources: tuple[Source, ...]


def app_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--app`."""
    return click.option(
        "--app", type=click.Choice(sorted(CONTRACTS)), default="api", show_default=True, help="Whose settings."
    )(command)


def contract_of(app: str) -> type[Contract]:
    """The settings class of an app."""
    return CONTRACTS[app]


def management_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--management`."""
    return click.option(
        "--management",
        metavar="URL",
        default="https://management.azure.com",
        show_default=True,
        help="Azure's management interface, which stores secrets of a closed vault.",
    )(command)


def vault_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of how vaults are reached."""
    for option in (
        click.option(
            "--credential",
            type=click.Choice([each.value for each in Credential]),
            default=Credential.AUTO.value,
            show_default=True,
            help="How to sign in to Azure.",
        ),
        click.option("--timeout", type=click.FloatRange(0.1, 600), default=15.0, show_default=True, help="Seconds."),
        click.option("--ca-file", type=click.Path(path_type=Path), help="Certificates to trust for the vault, in PEM."),
        click.option("--snapshot", type=click.Path(path_type=Path), help="Encrypted file of last good secrets."),
        click.option(
            "--snapshot-hours", type=click.FloatRange(0.01), default=24.0, show_default=True, help="How old it may be."
        ),
    ):
        command = option(command)
    return command


def access_of(
    credential: str, timeout: float, ca_file: Path | None, snapshot: Path | None, snapshot_hours: float
) -> VaultAccess:
    """How vaults are reached, from `vault_options`."""
    from app_config.snapshot import Snapshot  # noqa: PLC0415  a dotenv file needs none of it, and `exec` is to be quick
    from app_config.vault.access import VaultAccess  # noqa: PLC0415

    return VaultAccess(
        credential=Credential(credential),
        time_limit_s=timeout,
        ca_file=ca_file,
        snapshot=Snapshot(file=snapshot, max_age_s=snapshot_hours * 3600) if snapshot else None,
    )


def source_options(command: Callable[..., None]) -> Callable[..., Any]:
    """Add the options of sources to a subcommand, which gets a `Chosen` in their place."""

    @functools.wraps(command)
    def chosen(
        *,
        app: str,
        stack: str | None,
        project: Path,
        outputs: Path | None,
        vault: str | None,
        env_file: tuple[Path, ...],
        ignore_environment: bool,
        credential: str,
        timeout: float,
        ca_file: Path | None,
        snapshot: Path | None,
        snapshot_hours: float,
        **rest: Any,
    ) -> None:
        sources: list[Source] = [] if ignore_environment else [Environment()]
        sources += [Dotenv(file) for file in env_file]
        if vault or stack or outputs:
            access = access_of(credential, timeout, ca_file, snapshot, snapshot_hours)
            sources += _deployed(access, vault, stack, project, outputs)
        if not sources:
            raise click.UsageError(
                "there is no source left: name --stack, --outputs, --vault or --env-file beside --ignore-environment"
            )
        command(Chosen(contract_of(app), tuple(sources)), **rest)

    wrapped: Callable[..., Any] = chosen
    for option in (
        click.option(
            "--ignore-environment", is_flag=True, help="Do not read settings from this process's environment."
        ),
        click.option("--env-file", type=click.Path(path_type=Path), multiple=True, help="A dotenv file."),
        click.option("--vault", metavar="URL", help="A vault with the secrets under the contract's names."),
        click.option("--outputs", type=click.Path(path_type=Path), help="Saved `pulumi stack output --json`."),
        click.option(
            "--project",
            type=click.Path(path_type=Path),
            default=Path(),
            help="Directory of Pulumi.yaml, for --stack. [default: here]",
        ),
        click.option("--stack", "-s", help="A Pulumi stack; secrets come from the vault that it names."),
    ):
        wrapped = option(wrapped)
    return app_option(vault_options(wrapped))


def _deployed(
    access: VaultAccess, vault: str | None, stack: str | None, project: Path, outputs: Path | None
) -> list[Source]:
    from app_config.sources.key_vault import KeyVault  # noqa: PLC0415  the same
    from app_config.sources.stack_outputs import StackOutputs  # noqa: PLC0415

    sources: list[Source] = []
    sources += [KeyVault(vault, access=access)] if vault else []
    sources += [StackOutputs(stack=stack, project=project, access=access)] if stack else []
    sources += [StackOutputs(file=outputs, access=access)] if outputs else []
    return sources
