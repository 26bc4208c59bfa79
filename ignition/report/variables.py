"""The apps' settings before and after, from the stack's output `settings`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ignition.report.changes import ABSENT, shown
from ignition.report.masking import MASK, is_named_like_secret
from local_cloud.server.values.shapes import is_dict


@dataclass(frozen=True)
class Setting:
    """
    One variable of one app that is not as before.

    Attributes:
        app, variable: its names.
        before, after: the value; of a secret its address in the vault.
    """

    app: str
    variable: str
    before: str
    after: str

    @property
    def what(self) -> str:
        """Added, removed or changed."""
        return "added" if self.before == ABSENT else "removed" if self.after == ABSENT else "changed"


def settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Setting]:
    """
    What differs.

    Args:
        before: the stack's outputs as they were.
        after: the stack's outputs as they become.
    """
    old, new = dict(_all(before)), dict(_all(after))
    return [
        Setting(*key, old.get(key, ABSENT), new.get(key, ABSENT))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def _all(outputs: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for app, kinds in sorted(_part(_part(outputs, "settings"), "apps").items()):
        for variable, address in _part(kinds, "secrets").items():
            yield (app, variable), f"in the vault: {shown(address)}" if isinstance(address, str) else MASK
        for variable, value in _part(kinds, "values").items():
            yield (
                (app, variable),
                MASK if not isinstance(value, str) or is_named_like_secret(variable) else shown(value),
            )


def _part(of: Any, name: str) -> dict[str, Any]:
    value = of.get(name) if is_dict(of) else None
    return value if is_dict(value) else {}
