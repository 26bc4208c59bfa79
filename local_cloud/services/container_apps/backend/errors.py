"""What the platform raises, beyond what its processes do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local_cloud.runtime.errors import BackendError


class ImageUnmapped(BackendError):  # noqa: N818  says what happened
    """An image has no command on this machine; the message shows the lines to add."""


@dataclass(frozen=True)
class Otherwise:
    """
    What follows when new replicas fail.

    Attributes:
        serving: what serves then, as a sentence without its full stop; None for nothing.
        remedy: what a person does about it.
    """

    serving: str | None
    remedy: str


class RevisionFailed(BackendError):  # noqa: N818  says what happened
    """
    A new revision, or new replicas of one, did not become ready; what served before still does.

    Attributes:
        revision: its name.
    """

    def __init__(self, app: str, revision: str, why: str, otherwise: Otherwise) -> None:
        super().__init__(
            f"Failed to provision revision {revision} of container app {app}: {why}\n"
            f"{otherwise.serving or f'{app} has no revision that serves'}.\n"
            f"{otherwise.remedy}"
        )
        self.revision = revision


def quoted(lines: Sequence[str]) -> str:
    """Log lines as a message shows them."""
    return "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"


def made_anew(file: Path) -> str:
    """What to type where the stack still declares what a damaged file was about."""
    return f"`rm -r {file}`, then `ignition up --refresh`, makes it anew"
