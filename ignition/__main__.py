"""The entry point of the `ignition` command."""

from __future__ import annotations

import os
import sys

from ignition import __version__


def main() -> object:
    """Runs a command; an error that a person can fix is one message and exit code 1."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"ignition, version {__version__}\n")  # click takes three times as long to say so
        return None
    import click  # noqa: PLC0415  as above

    from ignition.commands import cli  # noqa: PLC0415

    umask = os.umask(0o077)  # what we make is ours alone
    try:
        return cli(obj=umask)
    except Exception as error:
        from ignition.failure import FIXABLE, explained  # noqa: PLC0415  a command that goes well does without

        if not isinstance(error, FIXABLE):
            raise
        click.secho("error: ", fg="red", bold=True, nl=False, err=True)
        click.echo(explained(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
