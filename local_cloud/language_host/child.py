"""
Runs one Pulumi program, as the official host's exec script does: same order of steps, same messages, same exit codes.

Imported by the fork server, and run as a script by the interpreter of a program that has its own; so it imports nothing of this
project, and pulumi only where it is used.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

SHOWN_EXIT_CODE: Final = 32
"""The program failed and the reason was shown already."""

_NO_SDK: Final = (
    "\nIn this environment the Pulumi SDK has not been installed: install the project's requirements into it, "
    "with `pip install -r requirements.txt` for example."
)


def run(
    request: Mapping[str, Any],
    *,
    speed_up: Callable[[], object] = lambda: None,
    record: Callable[[], object] = lambda: None,
) -> int:
    """
    Runs the program of a request and returns its exit code.

    Args:
        request: project, stack, organization, parallel, dry_run, monitor, engine, root_directory, program, args, pwd, config,
            config_secret_keys and debug, as the engine gave them.
        speed_up: changes the SDK before the program uses it.
        record: starts to tell the host what the program registers.
    """
    try:
        import pulumi  # noqa: PLC0415  the program's interpreter may lack it
    except ImportError:
        import traceback  # noqa: PLC0415  only here

        print(traceback.format_exc(), _NO_SDK, file=sys.stderr)  # noqa: T201  read by the host
        return 1
    speed_up()
    _configure(pulumi, request)
    record()
    sys.argv = [request["program"], *request["args"]]
    os.chdir(request["pwd"])
    return _run_program(pulumi, request["program"])


def _configure(pulumi: Any, request: Mapping[str, Any]) -> None:
    # The variables too: programs and providers may start other processes that read them.
    os.environ["PULUMI_CONFIG"] = json.dumps(request["config"])
    os.environ["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(request["config_secret_keys"])
    pulumi.runtime.set_all_config(request["config"], request["config_secret_keys"])
    wanted = ("project", "stack", "parallel", "dry_run", "monitor", "engine", "organization", "root_directory")
    pulumi.runtime.configure(pulumi.runtime.Settings(**{name: request[name] for name in wanted}))


def _run_program(pulumi: Any, program: str) -> int:
    import asyncio  # noqa: PLC0415  pulumi has imported it by now
    import logging  # noqa: PLC0415
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=max(pulumi.runtime.settings.SETTINGS.parallel or 1, 1) * 4)
    loop.set_default_executor(executor)
    # A program that ends early leaves outputs that nobody awaits; asyncio would complain of each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    code = 1
    main = _main_of(program)  # now: a program may change the directory
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _execute(pulumi, program)))
        code = 0
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except Exception:  # noqa: BLE001  whatever a program raises is shown
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_own_traceback(main)}")
        code = SHOWN_EXIT_CODE
    finally:
        executor.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def _execute(pulumi: Any, program: str) -> None:
    import runpy  # noqa: PLC0415  only the child needs it

    if os.path.isdir(program) and not os.path.isfile(os.path.join(program, "__main__.py")):  # noqa: PTH112, PTH113, PTH118  without pathlib's import
        pulumi.log.error(f"unable to find main python program `__main__.py` in `{os.path.abspath(program)}`")  # noqa: PTH100
        sys.exit(SHOWN_EXIT_CODE)
    runpy.run_path(program, run_name="__main__")


def _own_traceback(main: str) -> str:
    """The traceback from the program's own first frame on; all of it where no frame is the program's."""
    import traceback  # noqa: PLC0415  only after a failure

    frames = traceback.extract_tb(sys.exc_info()[2])
    for index, frame in enumerate(frames):
        if _main_of(frame.filename) == main:
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


def _main_of(path: str) -> str:
    stem, suffix = os.path.splitext(path)  # noqa: PTH122  as above
    return os.path.abspath(stem if suffix else os.path.join(stem, "__main__"))  # noqa: PTH100, PTH118


def main() -> None:
    """As a script: the request is on standard input, the directory of this file is not on the path."""
    directory = sys.path.pop(0)
    sys.exit(run(json.load(sys.stdin), record=lambda: _record(directory, int(sys.argv[1]))))


def _record(directory: str, descriptor: int) -> None:
    """With the recorder beside this file: the program's environment does not have this project."""
    import importlib.util  # noqa: PLC0415  only as a script

    spec: Any = importlib.util.spec_from_file_location("_registrations", os.path.join(directory, "recorder.py"))  # noqa: PTH118
    recorder: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recorder)
    os.set_inheritable(descriptor, False)
    recorder.record(os.fdopen(descriptor, "wb"))


if __name__ == "__main__":
    main()
