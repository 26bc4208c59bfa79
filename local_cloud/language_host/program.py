"""
Runs one Pulumi program: what the official `pulumi-language-python-exec` does, step by step.

Called in a forked child, or run as a script by any interpreter that has the Pulumi SDK: hence nothing but the standard library and
pulumi, and no syntax newer than Python 3.9.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

MESSAGE_SHOWN = 32
"""The exit code that means: the person has already been told what is wrong."""

_NO_SDK = """
It looks like the Pulumi SDK has not been installed. Have you run pip install?
If you are running in a virtualenv, you must run pip install -r requirements.txt from inside the virtualenv."""


def run(argv: list[str]) -> None:
    """Runs the program that the arguments name; always ends in SystemExit."""
    try:
        import pulumi  # noqa: PLC0415  a program's environment may lack it, which deserves words
        import pulumi.runtime  # noqa: PLC0415
    except ImportError:
        sys.stderr.write(f"{traceback.format_exc()}\n{_NO_SDK}\n")
        sys.exit(1)

    arguments = _arguments(argv)
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(_settings(pulumi.runtime.Settings, arguments))
    sys.argv = [arguments.PROGRAM, *arguments.ARGS]
    if arguments.pwd is not None:
        os.chdir(arguments.pwd)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(int(arguments.parallel), 1) * 4)
    loop.set_default_executor(executor)
    # A failed graph leaves futures that nobody looks at, and asyncio would complain about each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    program = os.path.abspath(arguments.PROGRAM)
    exit_code = 1
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_path(arguments.PROGRAM, program)))
        exit_code = 0
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except Exception:  # noqa: BLE001  a program may raise anything
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_program_traceback(program)}")
        exit_code = MESSAGE_SHOWN
    finally:
        executor.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    sys.exit(exit_code)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Execute a Pulumi Python program")
    for name in (
        *("--project", "--root_directory", "--stack", "--parallel", "--dry_run"),
        *("--pwd", "--monitor", "--engine", "--tracing", "--organization"),
    ):
        parser.add_argument(name)
    parser.add_argument("PROGRAM")
    parser.add_argument("ARGS", nargs="*")
    return parser.parse_args(argv)


def _settings(settings: Any, arguments: argparse.Namespace) -> Any:
    given = {
        "monitor": arguments.monitor,
        "engine": arguments.engine,
        "project": arguments.project,
        "stack": arguments.stack,
        "parallel": int(arguments.parallel),
        "dry_run": arguments.dry_run == "true",
        "organization": arguments.organization,
        "root_directory": arguments.root_directory,
    }
    known = inspect.signature(settings.__init__).parameters  # an older SDK takes fewer
    return settings(**{name: value for name, value in given.items() if name in known})


def _run_path(program: str, absolute: str) -> None:
    import pulumi  # noqa: PLC0415

    try:
        runpy.run_path(program, run_name="__main__")
    except ImportError as error:
        # Python 3.11 and newer call runpy by another name in tracebacks.
        files = [
            runpy.__file__ if frame.filename == "<frozen runpy>" else frame.filename
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        # Raised by runpy itself, with no frame of the program: there is no program.
        if set(files) != {__file__, runpy.__file__} or files[-1] != runpy.__file__:
            raise
        pulumi.log.error(f"unable to find main python program `__main__.py` in `{absolute}`")
        sys.exit(MESSAGE_SHOWN)


def _program_traceback(program: str) -> str:
    """The traceback from the program's own first frame on."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    main = _main_module(program)
    for index, frame in enumerate(frames):
        if _main_module(frame.filename) == main:
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


def _main_module(path: str) -> str:
    stem, extension = os.path.splitext(path)
    return os.path.abspath(stem if extension else os.path.join(stem, "__main__"))


if __name__ == "__main__":
    if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]  # the modules beside this one are not the program's
    for _stream in (sys.stdout, sys.stderr):
        _stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  so that both streams arrive in order
    try:
        run(sys.argv[1:])
    except KeyboardInterrupt:  # a cancelled run needs no traceback
        os._exit(130)
