"""Another account of this machine: what it sees is what anybody sees who is neither the owner nor root. Only root can become it."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import secrets
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass

import psutil
import pytest

_FIRST_UID = 61_500  # between the ranges that systems give to people and to containers

only_as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")


@dataclass(frozen=True)
class Account:
    """
    An account with no home and no group but its own.

    Attributes:
        uid: its number; one that nobody else has.
        gid: its group's.
        name: none where it exists by its number alone.
    """

    uid: int
    gid: int
    name: str = ""

    def popen(self, program: str, *arguments: str, imports: str = "") -> subprocess.Popen[str]:
        """
        Starts a Python program as this account.

        Args:
            program: its text.
            arguments: its `sys.argv[1:]`.
            imports: what it imports as root still: the environment of the tests may lie where nobody else looks.
        """
        become = f"os.setgroups([]); os.setgid({self.gid}); os.setuid({self.uid})"
        text = f"import encodings.idna, os, sys\n{imports}\n{become}\n{program}"
        return subprocess.Popen(
            [sys.executable, "-c", text, *arguments],
            cwd="/",
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, program: str, *arguments: str, imports: str = "") -> str:
        """Runs a Python program as this account and returns what it prints."""
        with self.popen(program, *arguments, imports=imports) as process:
            printed, _ = process.communicate()
        assert process.returncode == 0, printed
        return printed


def unused_accounts(count: int) -> list[Account]:
    """Accounts that nobody has: their numbers have no name, so nothing on this machine is theirs."""
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = (uid for uid in range(_FIRST_UID, _FIRST_UID + 500) if uid not in taken)
    return [Account(uid, uid) for uid in itertools.islice(free, count)]


@contextlib.contextmanager
def made_account(purpose: str) -> Generator[Account]:
    """An account of this machine, made now and removed afterwards; only root can. What runs as it ends with it."""
    name = f"ignition-{purpose}-{secrets.token_hex(3)}"
    subprocess.run(
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", name], check=True
    )
    entry = pwd.getpwnam(name)
    try:
        yield Account(entry.pw_uid, entry.pw_gid, name)
    finally:
        for process in psutil.process_iter(["uids"]):
            if process.info["uids"] and process.info["uids"].real == entry.pw_uid:
                with contextlib.suppress(psutil.Error):
                    process.kill()
                    process.wait()
        subprocess.run(["userdel", name], check=True)
