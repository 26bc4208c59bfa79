"""
Which Python a program runs in, by the `runtime.options` of its Pulumi.yaml and the engine's environment: the official host's rules.

What is in that Python is the person's business; it is only installed on request.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TOOLCHAINS = ("pip", "poetry", "uv")
_TYPECHECKERS = ("mypy", "pyright")


class NoInterpreter(Exception):
    """The options name no usable Python; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """`runtime.options` of a Pulumi.yaml, and where it lies."""

    root: Path
    program: Path
    virtualenv: str = ""
    toolchain: str = ""
    typechecker: str = ""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A Python and the environment it runs in.

    Attributes:
        python: the executable.
        prefix: the virtual environment's directory; None for one outside any that the options name.
        environ: the engine's, with the virtual environment activated.
    """

    python: Path
    prefix: Path | None
    environ: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Whether it is the interpreter that runs this process, with the same packages."""
        return _prefix(self.python) == Path(sys.prefix).resolve()


def options(root: str, program: str, given: Mapping[str, Any]) -> Options:
    """
    Reads the options.

    Raises:
        NoInterpreter: an option has a value that it cannot have.
    """
    for name in ("virtualenv", "toolchain", "typechecker"):
        if name in given and not isinstance(given[name], str):
            raise NoInterpreter(f"{name} option must be a string")
    for name, known in (("toolchain", _TOOLCHAINS), ("typechecker", _TYPECHECKERS)):
        if name in given and given[name] not in known:
            raise NoInterpreter(f"unsupported {name} option: {given[name]}")
    return Options(
        root=Path(root),
        program=Path(program),
        virtualenv=str(given.get("virtualenv", "")),
        toolchain=str(given.get("toolchain", "")),
        typechecker=str(given.get("typechecker", "")),
    )


def find(wanted: Options, environ: Mapping[str, str]) -> Interpreter:
    """
    The interpreter for a program.

    Raises:
        NoInterpreter: it does not exist; says which commands make it.
    """
    directory = virtualenv(wanted, environ)
    if directory is None:
        return ambient(environ)
    python = directory / "bin" / "python"
    if not python.is_file():
        raise NoInterpreter(_missing(wanted, directory))
    return Interpreter(python=python, prefix=directory, environ=activated(environ, directory))


def virtualenv(wanted: Options, environ: Mapping[str, str]) -> Path | None:
    """The virtual environment that the options name, whether it exists or not; None for whatever Python is on PATH."""
    toolchain = wanted.toolchain or (
        "uv" if _upwards(wanted.program, "uv.lock") else "poetry" if _upwards(wanted.program, "poetry.lock") else "pip"
    )
    if toolchain == "poetry":
        return _poetry(wanted, environ)
    if toolchain == "pip" or wanted.virtualenv:
        return wanted.root / wanted.virtualenv if wanted.virtualenv else None
    project = _upwards(wanted.program, "uv.lock") or _upwards(wanted.program, "pyproject.toml") or wanted.program
    return project / (environ.get("UV_PROJECT_ENVIRONMENT") or ".venv")


def activated(environ: Mapping[str, str], directory: Path) -> dict[str, str]:
    """The environment with a virtual environment first on PATH."""
    kept = {name: value for name, value in environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}
    path = [str(directory / "bin"), *filter(None, [environ.get("PATH")])]
    return {**kept, "PATH": os.pathsep.join(path), "VIRTUAL_ENV": str(directory)}


def ambient(environ: Mapping[str, str]) -> Interpreter:
    """The Python on PATH, or the one that PULUMI_PYTHON_CMD names."""
    wanted = environ.get("PULUMI_PYTHON_CMD")
    names = [wanted] if wanted else ["python3", "python"]
    for name in names:
        if found := shutil.which(name, path=environ.get("PATH", os.defpath)):
            return Interpreter(python=Path(found), prefix=None, environ=dict(environ))
    raise NoInterpreter(f"failed to locate any of {names} on your PATH. Have you installed Python 3.11 or greater?")


def _poetry(wanted: Options, environ: Mapping[str, str]) -> Path:
    try:
        answer = subprocess.run(
            ["poetry", "env", "info", "--path"],
            cwd=wanted.program,
            env=dict(environ),
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        raise NoInterpreter(
            "Could not find `poetry` executable.\nInstall poetry and make sure it is in your PATH."
        ) from None
    except subprocess.CalledProcessError as error:
        raise NoInterpreter(
            f"poetry knows no virtual environment for {wanted.program}: {error.stderr.strip()}\n"
            "Run `pulumi install` to make it."
        ) from None
    return Path(answer.stdout.strip())


def _prefix(python: Path) -> Path:
    """What `sys.prefix` is in an interpreter, without starting it."""
    directory = python.parent.parent
    if (directory / "pyvenv.cfg").is_file():
        return directory.resolve()
    return python.resolve().parent.parent


def _upwards(directory: Path, name: str) -> Path | None:
    return next((each for each in (directory, *directory.parents) if (each / name).exists()), None)


def _missing(wanted: Options, directory: Path) -> str:
    problem = "doesn't appear to be a virtual environment" if directory.exists() else "doesn't exist"
    python = directory / "bin" / "python"
    return (
        f'The \'virtualenv\' option in Pulumi.yaml is set to "{wanted.virtualenv}", but "{directory}" {problem}; '
        "run the following commands to create the virtual environment and install dependencies into it:\n\n"
        f"    1. python3 -m venv {directory}\n"
        f"    2. {python} -m pip install --upgrade pip setuptools wheel\n"
        f"    3. {python} -m pip install -r requirements.txt\n\n\n"
        "For more information see: https://www.pulumi.com/docs/intro/languages/python/#virtual-environments"
    )
