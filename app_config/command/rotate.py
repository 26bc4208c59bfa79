"""`app-config rotate`: a new value for a secret that the backend owns."""

from __future__ import annotations

from pathlib import Path

import click

from app_config.command.choosing import access_of, management_option, vault_options
from app_config.problems import StackError
from app_config.rotation import RotationError, rotate
from app_config.settings import Settings
from app_config.sources.stack_outputs import StackOutputs
from app_config.vault.addresses import SecretAddress, parse_address, parse_vault


@click.command("rotate")
@click.argument("secret")
@click.option("--vault", metavar="URL", help="The vault; or name --stack.")
@click.option("--stack", "-s", help="The stack whose vault it is.")
@click.option("--outputs", type=click.Path(path_type=Path), help="Saved `pulumi stack output --json`.")
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="Directory of Pulumi.yaml, for --stack."
)
@click.option(
    "--overlap-hours",
    type=click.FloatRange(0.01, 24 * 90),
    default=24.0,
    show_default=True,
    help="How long the old version stays valid.",
)
@management_option
@vault_options
def command(
    *,
    secret: str,
    vault: str | None,
    stack: str | None,
    outputs: Path | None,
    project: Path,
    overlap_hours: float,
    management: str,
    credential: str,
    timeout: float,
    ca_file: Path | None,
    snapshot: Path | None,
    snapshot_hours: float,
) -> None:
    """
    Store a new random version of SECRET in Key Vault; the old one stays valid for the overlap.

    Only for secrets that the backend itself owns (SESSION_SECRET). The value is made here, is shown nowhere, and needs the
    role `Key Vault Secrets Officer`; where the vault's network is closed to this machine, the right
    Microsoft.KeyVault/vaults/secrets/write, and then the old version gets no end.
    """
    if sum(each is not None for each in (vault, stack, outputs)) != 1:
        raise click.UsageError("say where the secret is: one of --vault, --stack and --outputs")
    access = access_of(credential, timeout, ca_file, snapshot, snapshot_hours)
    name = secret.upper().replace("-", "_")
    try:
        source = StackOutputs(file=outputs, stack=stack, project=project, access=access) if vault is None else None
        address, vault_id = _address(name, vault, source)
        access = access if source is None else source.vault_access()
        rotated = rotate(
            name, address, access, overlap_s=overlap_hours * 3600, vault_id=vault_id, management=management
        )
    except (RotationError, StackError, ValueError) as error:
        raise click.ClickException(f"{name} {error}") from None
    click.echo(f"{name} has the new version {rotated.version} in {address.vault}.")
    if rotated.previous is None and vault_id is not None:
        click.echo(
            "A version before it has no end: the vault's network may be closed to this machine. Disable it from within."
        )
    if rotated.previous:
        click.echo(f"The version before, {rotated.previous}, expires at {rotated.previous_expires:%Y-%m-%d %H:%M} UTC.")
    if address.version:
        click.echo("The stack pins a version: run `pulumi up`, so that the apps get the new one.")
    else:
        click.echo("Apps read it when they start, or when their watch looks next.")


def _address(name: str, vault: str | None, source: StackOutputs | None) -> tuple[SecretAddress, str | None]:
    if source is None:
        return SecretAddress(parse_vault(vault or ""), name.replace("_", "-")), None
    found = source.read(Settings.app)
    if name not in found.secrets:
        raise ValueError(f"is no secret of {source.origin}: name its vault with --vault")
    return parse_address(found.secrets[name]), found.vault_id
