"""What is missing or wrong on a machine for a local cloud; looks only, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ignition.diagnosis import apps, machine, programs, state
from ignition.diagnosis.finding import Finding

__all__ = ["Finding", "diagnose"]


def diagnose(directory: Path) -> Sequence[Finding]:
    """
    Everything there is to say about this machine and a state directory.

    Args:
        directory: the state directory; it need not exist.
    """
    return [
        machine.python(),
        machine.packages(),
        *programs.programs(),
        machine.account(),
        state.writable(directory),
        *state.disk_space(directory),
        *state.files(directory),
        state.daemon(directory),
        *state.authority(directory),
        *apps.listeners(directory),
        *state.ports(directory),
        machine.local_names(),
        machine.container_engine(),
        *machine.platform(),
    ]
