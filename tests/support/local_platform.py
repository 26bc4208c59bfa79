"""The whole platform in a directory of its own, driven as a person drives it: by `ignition`, curl-like clients and the SDKs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from local_cloud.background import Address
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.client import connect
from local_cloud.daemon.removal import remove
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import ensure_stack, stack_environment

ROOT = Path(__file__).parents[2]
SHARED = ("infra", "examples", ".venv")


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    code: int
    output: str


@dataclass(frozen=True)
class LocalPlatform:
    """
    A project and a state directory.

    Attributes:
        project: a copy of the project's configuration; the program itself is shared.
        state: the state directory.
    """

    project: Path
    state: Path

    @classmethod
    def make(cls, directory: Path) -> LocalPlatform:
        """A project of its own, so that a test may change its configuration."""
        project = directory / "project"
        project.mkdir()
        for name in ("Pulumi.yaml", "Pulumi.local.yaml", "local-images.yaml"):
            shutil.copy(ROOT / name, project / name)
        for name in SHARED:
            (project / name).symlink_to(ROOT / name if (ROOT / name).exists() else sys.prefix)
        return cls(project, directory / "state")

    def ignition(self, *arguments: str, **environment: str) -> Ran:
        """Runs the command line to its end."""
        with self.popen(*arguments, **environment) as process:
            output, _ = process.communicate()
        return Ran(process.returncode, output)

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Starts the command line."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "AZURE_"))}
        return subprocess.Popen(
            [sys.executable, "-m", "ignition", *arguments],
            cwd=self.project,
            env=kept | environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def up(self, *arguments: str) -> Ran:
        """`ignition up`, which must succeed."""
        ran = self.ignition("up", "--state-dir", str(self.state), *arguments)
        assert ran.code == 0, ran.output
        return ran

    def pulumi(self, *arguments: str) -> str:
        """A command that runs the program, by the real engine attached to the running cloud."""
        config = ensure_stack(self.state, Settings.load(self.state))
        return self.pulumi_raw(*arguments, "--config-file", str(config), "--suppress-progress")

    def pulumi_raw(self, *arguments: str) -> str:
        """Any other command of the engine."""
        settings = Settings.load(self.state)
        ensure_stack(self.state, settings)
        ran = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=settings.project,
            env=stack_environment(self.state, self.address, settings),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def operations(self) -> dict[str, str]:
        """
        What `pulumi up` does, by the resources' names: no components, no providers, nothing that stays the same.

        Needs PULUMI_DEBUG_COMMANDS in the environment.
        """
        events = self.project / "events.json"
        self.pulumi("up", "--yes", "--skip-preview", "--event-log", str(events))
        lines = events.read_text().splitlines()
        events.unlink()
        steps = [(json.loads(line).get("resourcePreEvent") or {}).get("metadata") for line in lines]
        return {
            each["urn"].rsplit("::", 1)[-1]: each["op"]
            for each in steps
            if each
            and each["op"] != "same"
            and not each["type"].startswith("pulumi:")
            and (each.get("new") or each["old"]).get("custom")
        }

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets shown."""
        return json.loads(self.pulumi_raw("stack", "output", "--json", "--show-secrets"))

    def configure(self, section: str, **values: Any) -> None:
        """Changes the stack's configuration; dots in a key lead deeper."""
        file = self.project / "Pulumi.local.yaml"
        document = yaml.safe_load(file.read_text())
        for key, value in values.items():
            *way, last = key.split("__")
            here = document["config"].setdefault(f"ignition:{section}", {})
            for step in way:
                here = here.setdefault(step, {})
            here[last] = value
        file.write_text(yaml.safe_dump(document))

    @property
    def address(self) -> Address:
        """The running daemon."""
        address = local_daemon(self.state).running()
        assert address is not None, "the local cloud does not run"
        return address

    def status(self) -> dict[str, Any]:
        """What `ignition status --json` prints."""
        client = connect(self.state)
        assert client is not None
        return client.get("/api/status")

    def get(self, host: str, path: str = "/", **options: Any) -> httpx.Response:
        """A request to a public host, by its real name, through the local edge, with TLS verified."""
        status = self.status()
        address = status["endpoints"]["api"]["address"]
        context = ssl.create_default_context(cafile=status["ca_file"])
        with httpx.Client(verify=context, http2=True, trust_env=False, timeout=60) as client:
            headers = {"Host": host, **options.pop("headers", {})}
            return client.get(f"https://{address}{path}", headers=headers, extensions={"sni_hostname": host}, **options)

    def ready(self) -> dict[str, Any]:
        """What the sample backend says of its database, storage and settings."""
        return self.get("api.ecent.online", "/health/ready").json()

    def variables(self, app: str) -> dict[str, str]:
        """The environment of an app's process."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                lines = (process / "environ").read_bytes().decode().split("\0")
                found = dict(line.partition("=")[::2] for line in lines if line)
                ours = found.get("HOME", "").startswith(str(self.state))
                if ours and found.get("CONTAINER_APP_NAME", "").endswith(f"-{app}"):
                    return found
        raise AssertionError(f"{app} has no process")

    def stop(self) -> None:
        """Ends the daemon and everything it runs; the data stays."""
        local_daemon(self.state).stop(wait_s=60)

    def remove(self) -> None:
        """Ends everything and deletes what it kept, the databases that lie elsewhere included."""
        if self.state.exists():
            remove(self.state)
