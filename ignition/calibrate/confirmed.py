"""The checked-in file that says which types the real clouds have confirmed; the reference page reads it."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from ignition.calibrate.recorded import RecordError
from local_cloud.catalog import PACKAGES
from local_cloud.confirmed_live import FILE, HEADING, entries
from local_cloud.yaml_file import YamlError

_VERSIONS: Final = {package.name: f"{package.distribution} {package.version}" for package in PACKAGES}


def append(counts: Mapping[str, int], stack: str, day: dt.date, file: Path = FILE) -> None:
    """
    Appends a run.

    Args:
        counts: by type, how many resources the clouds made as this installation says.
        stack: the stack that was deployed.
        day: when it was compared.
        file: the file; made where it is not there.

    Raises:
        RecordError: the file cannot be written.
    """
    packages = sorted({token.partition(":")[0] for token in counts})
    entry: dict[str, Any] = {
        "date": day,
        "stack": stack,
        "with": [_VERSIONS[each] for each in packages],
        "types": dict(counts),
    }
    try:
        before = entries(file)
    except YamlError as error:
        raise RecordError(str(error)) from None
    content = HEADING + yaml.safe_dump([*before, entry], sort_keys=False, allow_unicode=True, width=130)
    try:
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        raise RecordError(f"{file} cannot be written ({error.strerror})") from error
