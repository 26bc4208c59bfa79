"""
When the real clouds last confirmed what is said here of a resource type.

`docs/confirmed-live.yaml` holds a list of runs that `ignition calibrate STACK FILE --confirm` appends to.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local_cloud.server.values.shapes import is_dict, is_list
from local_cloud.yaml_file import YamlError, read_yaml

FILE: Final = Path(__file__).parent.parent / "docs" / "confirmed-live.yaml"
HEADING: Final = (
    "# Runs against the real clouds that agreed with what is said here, by type with the number of resources.\n"
    "# Written by `ignition calibrate STACK FILE --confirm`; then run `python -m local_cloud.reference --write`.\n"
)


def entries(file: Path = FILE) -> list[dict[str, Any]]:
    """
    The runs; none where there is no file.

    Raises:
        YamlError: it is not such a list.
    """
    if not file.is_file():
        return []
    document = read_yaml(file)
    if document is None:
        return []
    if not is_list(document) or not all(
        is_dict(each) and is_dict(each.get("types")) and "date" in each for each in document
    ):
        raise YamlError(f"{file} must be a list of runs with a date and types")
    return document


def last_dates(file: Path = FILE) -> Mapping[str, str]:
    """By type token, the day of the last run that confirmed it."""
    found: dict[str, str] = {}
    for each in entries(file):
        found |= {token: max(str(each["date"]), found.get(token, "")) for token in each["types"]}
    return found
