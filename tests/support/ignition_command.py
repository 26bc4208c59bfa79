"""The `ignition` command as a process of its own, with a state directory of its own and nothing of the user's in its environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("ignition")
_OF_THE_USER = ("PULUMI_", "AZURE_", "ARM_", "CLOUDFLARE_", "AWS_", "IGNITION_")
# Whatever would leave the machine ends here: nobody listens at the discard port.
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        """All that was printed."""
        return self.out + self.err

    @property
    def closing_line(self) -> str:
        """The last line that people read."""
        return self.err.rstrip().splitlines()[-1]


@dataclass(frozen=True)
class Ignition:
    """The command with a state directory."""

    state: Path

    def __call__(self, *arguments: str, cwd: Path = ROOT, **environment: str) -> Ran:
        """Runs it to its end."""
        with self.popen(*arguments, cwd=cwd, **environment) as process:
            out, err = process.communicate()
        return Ran(process.returncode, out, err)

    def popen(self, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
        """Starts it, at the head of a process group of its own."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            cwd=cwd,
            env=self.environment | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        """No credentials, and a proxy that reaches nothing."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_USER)}
        proxies = {name: _NOWHERE for each in ("http", "https") for name in (f"{each}_proxy", f"{each}_proxy".upper())}
        return {**kept, **proxies, "NO_PROXY": "127.0.0.1", "XDG_STATE_HOME": str(self.state)}

    @property
    def daemons(self) -> list[int]:
        """The plan daemons that were started for this state directory, by process id."""
        files = self.state.glob("ignition/plan/*/address.json")
        return [pid for file in files if is_running(pid := json.loads(file.read_text())["pid"])]

    def close(self) -> None:
        """Ends what stays for the next command."""
        for pid in self.daemons:
            os.kill(pid, signal.SIGTERM)
            until(gone(pid), f"the end of the plan daemon {pid}")


def is_running(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int) -> Callable[[], bool]:
    """A condition: the process has ended."""
    return lambda: not is_running(pid)
