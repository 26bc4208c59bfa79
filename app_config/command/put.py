"""`app-config put`: a secret that a person brings, into the vault of a stack."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from pydantic import SecretStr

from app_config.checking import check
from app_config.command.choosing import access_of, management_option, vault_options
from app_config.contract import variables
from app_config.local_platform import STACK as LOCAL
from app_config.problems import StackError
from app_config.rotation import owner_of, store
from app_config.settings import Settings
from app_config.sources.source import Given
from app_config.sources.stack_outputs import StackOutputs
from app_config.vault.addresses import SecretAddress, parse_address
from app_config.vault.credentials import CredentialChoiceError
from app_config.vault.management import WriteError


@click.command("put", epilog="Example: app-config put AUTH_OAUTH_GOOGLE_CLIENT_SECRET --stack prod < secret.txt")
@click.argument("secret")
@click.option("--stack", "-s", help="The stack whose vault it is.")
@click.option("--outputs", type=click.Path(path_type=Path), help="Saved `pulumi stack output --json`.")
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Directory of Pulumi.yaml, for --stack."
)
@management_option
@vault_options
def command(
    *,
    secret: str,
    stack: str | None,
    outputs: Path | None,
    project: Path,
    management: str,
    credential: str,
    timeout: float,
    ca_file: Path | None,
    snapshot: Path | None,
    snapshot_hours: float,
) -> None:
    """
    Store a new version of SECRET in the vault of a stack; its network may be closed to this machine.

    The value is asked for, or read from standard input, and never taken from the command line. It is stored by Azure's management
    interface, as yourself (`az login`), which needs the right Microsoft.KeyVault/vaults/secrets/write on the vault. With `--stack local`
    it goes to the running local platform, which needs no sign-in.
    """
    if (stack is None) == (outputs is None):
        raise click.UsageError("say whose vault it is: one of --stack and --outputs")
    access = access_of(credential, timeout, ca_file, snapshot, snapshot_hours)
    name = secret.upper().replace("-", "_")
    source = StackOutputs(file=outputs, stack=stack, project=project, access=access)
    try:
        _refuse_what_others_make(name)
        address, vault_id = _place(name, source)
        version = store(address, _value(name), source.vault_access(), vault_id=vault_id, management=management)
    except (WriteError, StackError, CredentialChoiceError, ValueError) as error:
        raise click.ClickException(f"{name} {error}") from None
    click.echo(f"{name} has the new version {version} in {address.vault}.")
    if address.version:
        click.echo("The stack pins a version: run `pulumi up`, so that the apps get the new one.")
    elif stack == LOCAL:
        click.echo("The local platform hands it to the apps within a minute.")
    else:
        click.echo(
            "Azure hands it to the apps within half an hour; raise ignition:services.api.rollout for a revision at once."
        )


def _refuse_what_others_make(name: str) -> None:
    brought = sorted(variable.env for variable in variables(Settings) if variable.stored_by_people)
    if name not in brought:
        raise ValueError(f"is not stored by people: {owner_of(name)}. They store {', '.join(brought)}")


def _place(name: str, source: StackOutputs) -> tuple[SecretAddress, str | None]:
    found = source.read(Settings.app)
    if name not in found.secrets:
        raise ValueError(f"is no secret of {source.origin}")
    return parse_address(found.secrets[name]), found.vault_id


def _value(name: str) -> SecretStr:
    """The value from a prompt, or from standard input without the line end that editors and `echo` leave."""
    if sys.stdin.isatty():
        text = click.prompt(f"{name} (not shown)", hide_input=True, confirmation_prompt="once more", err=True)
    else:
        text = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError("has no value on standard input: pipe it in, or run this in a terminal")
    if "\n" in text or text != text.strip():
        raise ValueError("has spaces or line ends around or in the value on standard input: give the value alone")
    value = SecretStr(text)
    others = frozenset(variable.env for variable in variables(Settings) if variable.env != name)
    _, problems = check(Settings, {name: Given(value, "standard input")}, silent=others)
    for problem in problems:
        raise ValueError(problem.text)
    return value
