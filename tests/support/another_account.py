"""Another account of this machine: what it sees is what anybody sees who is neither the owner nor root. Only root can become it."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass

import pytest

_FIRST_UID = 61_500  # between the ranges that systems give to people and to containers

only_as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")


@dataclass(frozen=True)
class Account:
    """An account that exists by its number alone: no name, no home, no group but its own."""

    uid: int

    def popen(self, program: str, *arguments: str, imports: str = "") -> subprocess.Popen[str]:
        """
        Starts a Python program as this account.

        Args:
            program: its text.
            arguments: its `sys.argv[1:]`.
            imports: what it imports as root still: the environment of the tests may lie where nobody else looks.
        """
        become = f"os.setgroups([]); os.setgid({self.uid}); os.setuid({self.uid})"
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
    return [Account(next(free)) for _ in range(count)]
