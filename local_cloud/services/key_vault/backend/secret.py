"""What a secret is: one version of it, and the properties that go with its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Properties:
    """
    What goes with a value; None is "not said": unchanged in an update, the service's default in a new version.

    Attributes:
        not_before: seconds since 1970. Information only: the service gives out the value all the same.
        expires: the same.
    """

    content_type: str | None = None
    enabled: bool | None = None
    not_before: int | None = None
    expires: int | None = None
    tags: Mapping[str, str] | None = None


DEFAULTS: Final = Properties()


@dataclass(frozen=True, kw_only=True)
class Secret:
    """
    One version of a secret.

    Attributes:
        number: grows with every version made; the highest is the current one.
        value: never part of the object's text form.
        created: seconds since 1970; so are `updated`, `deleted` and `purged_on`.
    """

    name: str
    version: str
    number: int
    value: str = field(repr=False)
    content_type: str | None
    enabled: bool
    not_before: int | None
    expires: int | None
    created: int
    updated: int
    tags: dict[str, str]
    deleted: int | None = None
    purged_on: int | None = None

    def same_content(self, other: Secret) -> bool:
        """Whether another version says the same, whenever it was made."""
        return (self.value, self.content_type, self.enabled, self.not_before, self.expires, self.tags) == (
            other.value,
            other.content_type,
            other.enabled,
            other.not_before,
            other.expires,
            other.tags,
        )
