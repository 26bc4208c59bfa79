"""The schemas of this process: read when they are asked for, or ahead of that by another process, which takes the SDKs with it."""

from __future__ import annotations

import importlib
import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Any, Final

from local_cloud.server.schema import Schema, SdkClass, know_properties

_READER: Final = "local_cloud.server.sdk"  # imported only to read here: the SDKs stay in the process that did
_SCHEMAS: Final[dict[SdkClass, Schema]] = {}
_READING: Final = threading.Lock()


def schema_of(module: str, name: str) -> Schema:
    """
    The schema of one SDK resource class.

    Args:
        module: the SDK module, `pulumi_azure_native.keyvault`.
        name: the class in it, `Vault`.
    """
    cls = SdkClass(module, name)
    if cls not in _SCHEMAS:
        with _READING:
            if cls not in _SCHEMAS:
                _keep(importlib.import_module(_READER).everything_of([cls]))
    return _SCHEMAS[cls]


def read_in_another_process(resources: Iterable[tuple[str, str]]) -> threading.Thread:
    """
    Reads the schemas of resource classes, by module and name, without importing an SDK here.

    Returns at once; `schema_of` waits. Should the other process fail, `schema_of` reads here what it is asked for.
    """
    thread = threading.Thread(target=_read, args=(list(resources),), name="schemas", daemon=True)
    _READING.acquire()  # before anybody asks; `_read` releases it
    thread.start()
    return thread


def _read(wanted: list[tuple[str, str]]) -> None:
    try:
        argv = [sys.executable, "-m", _READER]
        done = subprocess.run(argv, input=json.dumps(wanted).encode(), stdout=subprocess.PIPE, cwd="/", check=False)
        if done.returncode == 0:
            _keep(pickle.loads(done.stdout))  # noqa: S301  our own process wrote it
    finally:
        _READING.release()


def _keep(found: Any) -> None:
    know_properties(found.properties)
    _SCHEMAS.update(found.schemas)
