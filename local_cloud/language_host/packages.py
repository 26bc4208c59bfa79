"""What is installed in a program's Python, and installing and type-checking on request."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from local_cloud.language_host import interpreter
from local_cloud.language_host.interpreter import Interpreter, Options

_VERSION = "import platform; print(platform.python_version())"
_INSTALLED = """
import json, re
from importlib.metadata import distributions
normal = lambda name: re.sub(r"[-_.]+", "-", name).lower()
found = {normal(each.metadata["Name"]): each for each in distributions()}
needed = {
    normal(re.match(r"[\\w.-]+", need)[0])
    for each in found.values() for need in each.requires or () if "extra ==" not in need
}
print(json.dumps([[name, each.version, name not in needed] for name, each in sorted(found.items())]))
"""


class PackagesFailed(Exception):
    """A tool failed; the message holds its output."""


def version(python: Interpreter) -> str:
    """The Python's version."""
    return _ask(python, _VERSION).strip()


def installed(python: Interpreter, *, everything: bool) -> list[tuple[str, str]]:
    """Names and versions; without `everything`, only what no other package requires."""
    rows = json.loads(_ask(python, _INSTALLED))
    return [(name, version) for name, version, top in rows if top or everything]


def typecheck(options: Options, python: Interpreter) -> None:
    """
    Runs the type checker that the options name, if they name one.

    Raises:
        PackagesFailed: it found something, or is not installed.
    """
    if not options.typechecker:
        return
    exclude = ["--exclude", str(python.prefix)] if options.typechecker == "mypy" and python.prefix else []
    command = [str(python.python), "-m", options.typechecker, *exclude, str(options.program)]
    done = subprocess.run(
        command,
        cwd=options.program,
        env=dict(python.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PackagesFailed(f"{options.typechecker} failed: exit status {done.returncode}\n{done.stdout}")


def install(options: Options, environ: Mapping[str, str]) -> Iterator[bytes]:
    """
    Makes the virtual environment and installs into it; yields what the tools print.

    Raises:
        PackagesFailed: a tool failed.
    """
    yield b"Installing dependencies...\n\n"
    for command in _install_commands(options, environ):
        process = subprocess.Popen(
            command,
            cwd=options.program,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout is not None
        with process:
            yield from process.stdout
        if process.returncode != 0:
            raise PackagesFailed(f"{' '.join(command)} failed: exit status {process.returncode}")
    yield b"Finished installing dependencies\n\n"


def _install_commands(options: Options, environ: Mapping[str, str]) -> Iterator[list[str]]:
    if options.toolchain in ("uv", "poetry"):
        yield ["uv", "sync"] if options.toolchain == "uv" else ["poetry", "install", "--no-ansi"]
        return
    directory = interpreter.virtualenv(options, environ)
    if directory is not None and not (directory / "bin" / "python").exists():
        yield [str(interpreter.ambient(environ).python), "-m", "venv", str(directory)]
    requirements = _requirements(options)
    if requirements is not None:
        python = interpreter.ambient(environ).python if directory is None else directory / "bin" / "python"
        yield [str(python), "-m", "pip", "install", "-r", str(requirements)]


def _requirements(options: Options) -> Path | None:
    found = (directory / "requirements.txt" for directory in (options.program, options.root))
    return next((each for each in found if each.is_file()), None)


def _ask(python: Interpreter, script: str) -> str:
    try:
        return subprocess.run(
            [str(python.python), "-c", script],
            env=dict(python.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except subprocess.CalledProcessError as error:
        raise PackagesFailed(f"{python.python} failed: {error.stderr.strip()}") from None
