"""
What runs in the place of an image on this machine: the file `local-images.yaml`.

```yaml
images:
  - image: ghcr.io/ecent/ignition-api*    # a pattern; `*` stands for anything, tag and digest included
    command: "{python} -m uvicorn backend:app --port {port}"    # or a list; {python} is this Python, {port} the port
    cwd: examples/backend                 # from the directory of this file; optional
    port: SERVER_PORT                     # the variable that tells the process its port; optional
    listen: SERVER_HOST                   # the variable with the address to listen on, which is 127.0.0.1 here; optional
    env:                                  # below what the app declares; optional
      PYTHONUNBUFFERED: "1"
      PATH: "{postgres}:{path}"           # {postgres}: where PostgreSQL's programs are; {path}: the usual PATH
```

A container listens on 0.0.0.0, since nothing but its ingress reaches it there. A process on this machine that did the same
would answer the whole network; `listen` says which variable to give 127.0.0.1 in the place of what the app declares.

Without `port` and without `{port}` the process must listen on the app's target port itself, so only one replica of it can run.
An image without an entry is run by docker or podman where one works, and is an error elsewhere.
"""

from __future__ import annotations

import difflib
import fnmatch
import functools
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from local_cloud.runtime.errors import BackendError
from local_cloud.services.container_apps.backend.errors import ImageUnmapped
from local_cloud.yaml_file import YamlError, read_yaml

_ENGINES: Final = ("docker", "podman")
_ENGINE_TIMEOUT_S: Final = 10

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


def _words(command: Any) -> Any:
    return tuple(shlex.split(command)) if isinstance(command, str) else command


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """One entry of the file; see the module."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    image: str
    command: Annotated[tuple[str, ...], BeforeValidator(_words)]
    cwd: Path = Path()
    port: Variable | None = None
    listen: Variable | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def tells_port(self) -> bool:
        """Whether the process can be told to listen elsewhere than on the target port."""
        return self.port is not None or any("{port}" in word for word in self.command)


_KEYS: Final = tuple(each.name for each in fields(Mapped))


@dataclass(frozen=True)
class _File:
    __pydantic_config__ = ConfigDict(extra="forbid")

    images: tuple[Mapped, ...] = ()


class Images:
    """
    The mappings of a file, read again whenever it changed.

    Args:
        file: `local-images.yaml`; a missing one maps nothing.
        search: PATH for docker and podman; None looks nowhere.
        programs: directories that the file may name in braces: `postgres` is written `{postgres}`.
    """

    def __init__(self, file: Path, *, search: str | None = None, programs: Mapping[str, Path] | None = None) -> None:
        self.file = file.absolute()
        self.programs = dict(programs or {})
        self._search = search

    def find(self, image: str, *, container: str = "app") -> Mapped | None:
        """
        What runs in the place of an image; None when a container engine does.

        Raises:
            ImageUnmapped: nothing does.
            BackendError: the file cannot be read.
        """
        for mapped in self._read():
            if fnmatch.fnmatchcase(image, mapped.image):
                return mapped
        if self.engine is not None:
            return None
        heading = "" if self.file.exists() else "images:\n"
        raise ImageUnmapped(
            f"image {image} of container {container} has no command on this machine, and neither docker nor podman works here. "
            f"Add to {self.file}:\n\n"
            f"{heading}"
            f"  - image: {_pattern(image)}\n"
            f'    command: "COMMAND THAT STARTS {container.upper()}"\n'
            f"    cwd: DIRECTORY\n"
            f"    port: NAME_OF_THE_VARIABLE_WITH_ITS_PORT\n"
            f"    listen: NAME_OF_THE_VARIABLE_WITH_THE_ADDRESS_IT_LISTENS_ON\n\n"
            "and type `ignition up` again."
        )

    @functools.cached_property
    def engine(self) -> str | None:
        """A container engine that works: its executable."""
        for name in _ENGINES:
            found = shutil.which(name, path=self._search) if self._search is not None else None
            if found is not None and _works(found):
                return found
        return None

    def directory(self, mapped: Mapped) -> Path:
        """Where a mapped command runs."""
        return (self.file.parent / mapped.cwd).resolve()

    def _read(self) -> tuple[Mapped, ...]:
        try:
            return _parsed(self.file, self.file.stat().st_mtime_ns)
        except FileNotFoundError:
            return ()


@functools.lru_cache(maxsize=8)
def _parsed(file: Path, changed: int) -> tuple[Mapped, ...]:  # noqa: ARG001  part of the cache's key
    try:
        images = TypeAdapter(_File).validate_python(read_yaml(file) or {}).images
    except YamlError as error:
        raise BackendError(str(error)) from None
    except ValidationError as error:
        problems = "\n".join(f"  {_problem(each)}" for each in error.errors())
        raise BackendError(f"{file} has mistakes:\n{problems}\nAn entry has {', '.join(_KEYS)}.") from None
    for mapped in images:
        if mapped.listen is not None and mapped.listen == mapped.port:
            raise BackendError(
                f"{file}: the entry for {mapped.image} names {mapped.port} for both port and listen; one variable holds the "
                "port, another the address"
            )
    return images


def _problem(error: ErrorDetails) -> str:
    """One mistake, by entry and key: the first entry is number 1."""
    place = error["loc"]
    entry = f"entry {place[1] + 1}" if len(place) > 1 and isinstance(place[1], int) else "the file"
    key = str(place[-1]) if place else ""
    match error["type"]:
        case "unexpected_keyword_argument":
            known = _KEYS if entry != "the file" else ("images",)
            close = difflib.get_close_matches(key, known, n=1)
            return f"{entry}: '{key}' is not a known key" + (f"; did you mean '{close[0]}'?" if close else "")
        case "missing" | "missing_argument":
            return f"{entry}: '{key}' is missing"
        case _:
            return f"{entry}: '{key}': {error['msg'][:1].lower()}{error['msg'][1:]}"


def _works(engine: str) -> bool:
    """Whether the engine's daemon answers: the client alone runs nothing."""
    try:
        done = subprocess.run([engine, "info"], capture_output=True, check=False, timeout=_ENGINE_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _pattern(image: str) -> str:
    """The image without tag and digest, which change with every release."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return f"{head if colon and '/' not in tag else name}*"
