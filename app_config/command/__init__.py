"""The `app-config` command: settings for programs that cannot load them by themselves."""

from __future__ import annotations

import gc
import importlib
import os
import sys


def main() -> None:
    """Run the command; a user sees no traceback."""
    # The process is short or becomes another one; collecting while it imports would take a tenth of its time.
    gc.disable()
    _import_contract()
    from app_config.command.cli import cli  # noqa: PLC0415  the library does without click
    from app_config.problems import SettingsError  # noqa: PLC0415

    try:
        cli()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    except BrokenPipeError:
        raise SystemExit(141) from None


def _import_contract() -> None:
    """
    Import the settings classes without pydantic's plugins.

    A plugin of another package would see every value that is checked, and looking for plugins takes time. The variable
    is taken back at once, because the program that `exec` becomes must not inherit it.
    """
    name = "PYDANTIC_DISABLE_PLUGINS"
    before = os.environ.get(name)
    os.environ[name] = "__all__"
    try:
        importlib.import_module("app_config.settings")
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
