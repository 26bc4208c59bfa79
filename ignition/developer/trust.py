"""`ignition trust`: the local authority in the system's store of trusted ones, and out of it again."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from ignition.state import state_option

_KEYCHAIN: Final = "/Library/Keychains/System.keychain"


@dataclass(frozen=True)
class Store:
    """
    A Linux system's store.

    Attributes:
        systems: where it is found, for people.
        anchors: the directory for certificates that an administrator adds.
        update: the command that reads it again.
    """

    systems: str
    anchors: Path
    update: tuple[str, ...]


STORES: Final = (
    Store("Debian, Ubuntu", Path("/usr/local/share/ca-certificates"), ("update-ca-certificates",)),
    Store("Fedora, Red Hat", Path("/etc/pki/ca-trust/source/anchors"), ("update-ca-trust",)),
    Store("Arch", Path("/etc/ca-certificates/trust-source/anchors"), ("update-ca-trust",)),
    Store("openSUSE", Path("/etc/pki/trust/anchors"), ("update-ca-certificates",)),
)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--remove", is_flag=True, help="Take it out again.")
@state_option
def command(*, yes: bool, remove: bool, state: Path) -> None:
    """
    Put the local cloud's certificate authority into the system's store, so that curl and browsers trust its names.

    Its key lies in the state directory and reaches no further than your account does. Shows the commands and asks first. Firefox, and
    Chromium on Linux, keep stores of their own: import the file in their settings.
    """
    ca_file = state.absolute() / "ca" / "ca.pem"
    if not ca_file.is_file():
        raise click.ClickException(f"there is no authority in {state} yet; `ignition up` makes it")
    commands = commands_for(ca_file, remove=remove, platform=sys.platform, stores=STORES, root=os.geteuid() == 0)
    click.echo("These commands change the system's store of trusted authorities:")
    for argv in commands:
        click.echo(f"  {' '.join(argv)}")
    if not yes:
        click.confirm("Run them?", abort=True)
    for argv in commands:
        if subprocess.run(argv, check=False, stdout=subprocess.DEVNULL).returncode:
            raise click.ClickException(f"`{' '.join(argv)}` failed; what it said is above")
    click.echo("It is not trusted any more." if remove else "Trusted. `ignition trust --remove` takes it back.")


def commands_for(
    ca_file: Path,
    *,
    remove: bool = False,
    platform: str,
    stores: Sequence[Store],
    root: bool,
) -> list[tuple[str, ...]]:
    """
    What has to be run.

    Args:
        ca_file: the authority's certificate.
        remove: take it out instead.
        platform: as `sys.platform` has it.
        stores: where to look.
        root: whether this is root already; everybody else needs sudo.

    Raises:
        click.ClickException: this system has no store that is known here.
    """
    if platform == "darwin":
        verb = (
            ("remove-trusted-cert", "-d") if remove else ("add-trusted-cert", "-d", "-r", "trustRoot", "-k", _KEYCHAIN)
        )
        plan: list[tuple[str, ...]] = [("security", *verb, str(ca_file))]
    else:
        store = next((each for each in stores if each.anchors.is_dir() and shutil.which(each.update[0])), None)
        if store is None:
            known = ", ".join(each.systems for each in stores)
            raise click.ClickException(
                f"this system's store was not found (known: {known}); give {ca_file} to your programs: "
                f"`curl --cacert {ca_file}`, SSL_CERT_FILE={ca_file}"
            )
        target = store.anchors / anchor_name(ca_file)
        change = ("rm", "-f", str(target)) if remove else ("install", "-m", "644", str(ca_file), str(target))
        # Debian keeps links to certificates that are gone unless it is told to start afresh.
        fresh = ("--fresh",) if remove and store.update[0] == "update-ca-certificates" else ()
        plan = [change, (*store.update, *fresh)]
    return plan if root else [("sudo", *argv) for argv in plan]


def anchor_name(ca_file: Path) -> str:
    """The file's name in the store: each local cloud has an authority of its own."""
    certificate = ssl.PEM_cert_to_DER_cert(ca_file.read_text())
    return f"ignition-local-{hashlib.sha256(certificate).hexdigest()[:12]}.crt"
