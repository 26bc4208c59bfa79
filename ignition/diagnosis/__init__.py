"""What is missing or wrong on a machine for a local cloud; looks only, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ignition.diagnosis.finding import Finding
from ignition.diagnosis.machine import account, container_engine, local_names, packages, platform, python
from ignition.diagnosis.programs import programs
from ignition.diagnosis.state import daemon, disk_space, files, ports, writable

__all__ = ["Finding", "diagnose"]


def diagnose(state: Path) -> Sequence[Finding]:
    """
    Everything there is to say about this machine and a state directory.

    Args:
        state: the state directory; it need not exist.
    """
    return [
        python(),
        packages(),
        *programs(),
        account(),
        writable(state),
        *disk_space(state),
        *files(state),
        daemon(state),
        *ports(state),
        local_names(),
        container_engine(),
        *platform(),
    ]
