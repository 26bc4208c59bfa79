"""The `app-config` command: settings for programs that cannot load them by themselves."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command; a user sees no traceback."""
    # The process is short or becomes another one; collecting while it imports would take a tenth of its time.
    gc.disable()
    from app_config.command.cli import cli  # noqa: PLC0415  the library does without click
    from app_config.problems import SettingsError  # noqa: PLC0415

    try:
        cli()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(141) from None
