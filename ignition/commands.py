"""All commands as one group. Each is one module, imported when it is called."""

from __future__ import annotations

import importlib
from typing import Final

import click

from ignition import __version__

_COMMANDS: Final = {
    "attach": "Run any command with the pinned engine, the warm language host and the planning providers attached.",
    "calibrate": "Compare a run against the real clouds with what is said here.",
    "doctor": "Say what is missing or wrong on this machine, and the command that fixes it.",
    "down": "Stop the local cloud; its data stays.",
    "exec": "Run a command with an app's settings, secrets and identity on the local platform.",
    "imports": "Write the import file of a stack whose state is lost.",
    "job": "Start a job of the stack, wait for its end, and print what it wrote.",
    "logs": "Print what an app or a job wrote.",
    "operations": "Digest of what a preview would do, to compare with what was approved.",
    "open": "Open the api, the admin console or the local cloud's own console in the browser.",
    "preflight": "Ask the live clouds, before a deployment, whether they would take it.",
    "preview": "Preview a stack with no credentials, no network and no state.",
    "psql": "Open psql as the app, over verified TLS.",
    "pulumi": "Run the pinned Pulumi on the local stack, with everything attached.",
    "report": "Write what a change does to a stack, for a pull request and as a page.",
    "reset": "Stop the local cloud and delete everything of it.",
    "rotate": "Print the next step of a rotation.",
    "snapshot": "Keep the whole local platform under a name, and bring it back.",
    "status": "Say what runs, where it is reached, and how the apps are.",
    "test": "Run tests, each worker with a database, a bucket and a namespace in the vault of its own.",
    "trust": "Put the local cloud's certificate authority into the system's store.",
    "up": "Bring up the whole platform on this machine: no account, no token, no container engine.",
    "verify": "Prove that a deployed stack works, by what its blockers ask; name what expires soon.",
}


_MODULES: Final = {
    "attach": "previews.attach",
    "calibrate": "calibrate.command",
    "doctor": "doctor",
    "down": "platform.down",
    "exec": "developer.exec",
    "imports": "recovery.imports",
    "job": "developer.job",
    "logs": "developer.logs",
    "operations": "deployment.operations",
    "open": "developer.open_",
    "preflight": "preflight.command",
    "preview": "previews.preview",
    "psql": "developer.psql",
    "pulumi": "platform.pulumi",
    "report": "report.command",
    "reset": "platform.reset",
    "rotate": "deployment.rotate",
    "snapshot": "platform.snapshot",
    "status": "platform.status",
    "test": "developer.test",
    "trust": "developer.trust",
    "up": "platform.up",
    "verify": "verify.command",
}
"""Where each command is defined, below `ignition`."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f"ignition.{_MODULES[cmd_name]}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """The Ignition platform: previewed with no credentials, run on a laptop with no account."""
