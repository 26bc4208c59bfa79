"""`ignition trust`: the local authority in the system's store of trusted ones, and out of it again."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from ignition.state import state_option
from local_cloud.runtime.tls.replaced import replaced_in

_DAY_S: Final = 86_400
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

    Its key lies in the state directory and reaches no further than your account does; programs take it for the stack's zone, localhost
    and loopback addresses alone. It lives for a year: `ignition up` renews it and says so, then run this again. Shows the commands and
    asks first. Firefox, and Chromium on Linux, keep stores of their own: import the file in their settings.
    """
    directory = state.absolute() / "ca"
    ca_file = directory / "ca.pem"
    if not ca_file.is_file():
        raise click.ClickException(f"there is no authority in {state} yet; `ignition up` creates it")
    replaced = replaced_in(directory)
    commands = commands_for(
        ca_file, remove=remove, replaced=replaced, platform=sys.platform, stores=STORES, root=os.geteuid() == 0
    )
    click.echo("These commands change the system's store of trusted authorities:")
    for argv in commands:
        click.echo(f"  {' '.join(argv)}")
    if not yes:
        click.confirm("Run them?", abort=True)
    for argv in commands:
        if subprocess.run(argv, check=False, stdout=subprocess.DEVNULL).returncode:
            raise click.ClickException(f"`{' '.join(argv)}` failed; what it said is above")
    for each in replaced:
        each.unlink()
    click.echo(
        "It is not trusted any more."
        if remove
        else f"Trusted until {_end(ca_file)}. `ignition trust --remove` takes it back."
    )


def commands_for(
    ca_file: Path,
    *,
    remove: bool = False,
    replaced: Sequence[Path] = (),
    platform: str,
    stores: Sequence[Store],
    root: bool,
) -> list[tuple[str, ...]]:
    """
    What has to be run.

    Args:
        ca_file: the authority's certificate.
        remove: take it out instead.
        replaced: the certificates that the authority had before, to be taken out as well.
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
        gone = [("security", "remove-trusted-cert", "-d", str(each)) for each in replaced]
        plan: list[tuple[str, ...]] = [*gone, ("security", *verb, str(ca_file))]
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
        gone = [("rm", "-f", str(each)) for each in installed(replaced, [store])]
        # Debian keeps links to certificates that are gone unless it is told to start afresh.
        fresh = ("--fresh",) if (remove or gone) and store.update[0] == "update-ca-certificates" else ()
        plan = [*gone, change, (*store.update, *fresh)]
    return plan if root else [("sudo", *argv) for argv in plan]


def installed(ca_files: Sequence[Path], stores: Sequence[Store] = STORES) -> list[Path]:
    """The files with which certificates are in a Linux system's store."""
    anchors = [store.anchors / anchor_name(each) for store in stores for each in ca_files]
    return [each for each in anchors if each.exists()]


def renewal(directory: Path, stores: Sequence[Store] = STORES, clock: Callable[[], float] = time.time) -> str | None:
    """
    What to do about certificates that the authority in a directory had before; None where there is nothing to do.

    It is said for a day after one was replaced, and for as long as the system's store has it. What browsers imported cannot be seen.
    """
    replaced = replaced_in(directory)
    recent = [each for each in replaced if clock() - each.stat().st_mtime < _DAY_S]
    if not recent and not installed(replaced, stores):
        return None
    return (
        "this machine's authority has another certificate than before. If you had the old one trusted, run `ignition trust`, "
        f"and import {directory.absolute() / 'ca.pem'} into the browsers that had it; remove the old one there"
    )


def _end(ca_file: Path) -> str:
    from cryptography import x509  # noqa: PLC0415  `up` asks for `renewal` alone

    certificate = x509.load_pem_x509_certificate(ca_file.read_bytes())
    return f"{certificate.not_valid_after_utc:%Y-%m-%d}"


def anchor_name(ca_file: Path) -> str:
    """The file's name in the store: each local cloud has an authority of its own."""
    certificate = ssl.PEM_cert_to_DER_cert(ca_file.read_text())
    return f"ignition-local-{hashlib.sha256(certificate).hexdigest()[:12]}.crt"
