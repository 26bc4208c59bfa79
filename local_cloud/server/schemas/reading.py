"""The schemas of this process: read when they are asked for, or ahead of that by a process that has the SDKs."""

from __future__ import annotations

import importlib
import json
import pickle
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from local_cloud.server.schemas.schema import Schema, SdkClass, know_properties

_READER: Final = "local_cloud.server.schemas.sdk"  # imported only to read here: the SDKs stay in the process that did
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


def read_elsewhere(resources: Iterable[tuple[str, str]], run_module: Callable[[str, str], bytes]) -> threading.Thread:
    """
    Reads the schemas of resource classes without importing an SDK here.

    Returns at once; `schema_of` waits. Should the other process fail, `schema_of` reads here what it is asked for.

    Args:
        resources: the classes, by module and name.
        run_module: runs a module with one argument in another process and returns what it prints.
    """
    thread = threading.Thread(target=_read, args=(list(resources), run_module), name="schemas", daemon=True)
    _READING.acquire()  # before anybody asks; `_read` releases it
    thread.start()
    return thread


def _read(wanted: list[tuple[str, str]], run_module: Callable[[str, str], bytes]) -> None:
    try:
        _keep(pickle.loads(run_module(_READER, json.dumps(wanted))))  # noqa: S301  our own process wrote it
    except Exception as error:  # noqa: BLE001  it only takes longer, and more memory: the daemon's log says why
        print(f"the schemas are read in this process: {error!r}", file=sys.stderr)  # noqa: T201
    finally:
        _READING.release()


def _keep(found: Any) -> None:
    know_properties(found.properties)
    _SCHEMAS.update(found.schemas)
