"""Times as the clouds take them."""

from __future__ import annotations

import datetime as dt


def is_moment(text: str) -> bool:
    """Whether the text is a full RFC 3339 time; a bare date is none."""
    try:
        return dt.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
