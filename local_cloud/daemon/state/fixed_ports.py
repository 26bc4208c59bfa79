"""Ports that a person chose, in `ports.yaml` of a state directory: part, then number."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local_cloud.plan.throwaway import StackError
from local_cloud.runtime.network.ports import Ports
from local_cloud.server.values.shapes import is_dict
from local_cloud.yaml_file import YamlError, read_yaml

FILE: Final = "ports.yaml"
_HIGHEST: Final = 65_535
_UNPRIVILEGED: Final = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


def fixed_ports(state: Path) -> dict[str, int]:
    """
    The ports by part; none where there is no such file.

    Raises:
        StackError: the file cannot be used; the message lists every problem with what to write.
    """
    file = state / FILE
    try:
        found: Any = read_yaml(file)
    except FileNotFoundError:
        return {}
    except YamlError as error:
        raise StackError(f"{error}\n{_write(file)}") from None
    if found is None:
        return {}
    if not is_dict(found):
        raise StackError(f"{file} must be a mapping of part to port\n{_write(file)}")
    problems = [problem for name, port in found.items() if (problem := _problem(name, port)) is not None]
    if problems:
        raise StackError("\n".join((f"{file}:", *(f"  {problem}" for problem in problems), _write(file))))
    return found


def recorded_ports(state: Path) -> Mapping[str, int]:
    """The ports that were chosen so far, by part, replicas left out; none where nothing has started yet."""
    return {name: port for name, port in Ports(state / "ports.json").recorded().items() if "/" not in name}


def refuse_unknown_parts(state: Path, chosen: dict[str, int], parts: list[str]) -> None:
    """
    Ports of parts that there are not would be taken for granted and never used.

    Args:
        state: the state directory.
        chosen: the ports by part.
        parts: the parts that there are.

    Raises:
        StackError: the message names the parts that have a port.
    """
    unknown = sorted(set(chosen) - set(parts))
    if unknown:
        named = ", ".join(unknown)
        raise StackError(
            f"{state / FILE} gives a port to {named}, which does not exist; parts: {', '.join(sorted(parts))}"
        )


def _problem(name: object, port: object) -> str | None:
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= _HIGHEST:
        return f"{name}: {port!r} is not a valid port; write a number from 1 to {_HIGHEST}"
    lowest = _lowest()
    if port < lowest:
        return f"{name}: {port} is for root alone on this machine; write a number from {lowest} on"
    return None


def _lowest() -> int:
    """The lowest port that this user may listen on."""
    if os.geteuid() == 0:
        return 1
    try:
        return int(_UNPRIVILEGED.read_text())
    except OSError:
        return 1024


def _write(file: Path) -> str:
    return f"write lines such as `edge: 8443` into {file}, or delete it to have every port chosen"
