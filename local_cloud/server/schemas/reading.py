"""
The schemas of this process: read when they are asked for, or ahead of that by a process that has the SDKs.

Once another process reads, it also reads what is asked for later, so that no SDK is ever imported here.
"""

from __future__ import annotations

import importlib
import json
import pickle
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from local_cloud.server.schemas.schema import Schema, SdkClass, know_properties

RunModule = Callable[[str, str], bytes]
"""Runs a module with one argument in a process that has the SDKs, and returns what it prints."""

_READER: Final = "local_cloud.server.schemas.sdk"  # imported only to read here: the SDKs stay in the process that did
_SCHEMAS: Final[dict[SdkClass, Schema]] = {}
_FUNCTIONS: Final[dict[SdkClass, frozenset[str]]] = {}
_READING: Final = threading.Lock()
_elsewhere: RunModule | None = None


class NotInSdkError(Exception):
    """The installed SDK has no such class or function."""


def schema_of(module: str, name: str) -> Schema:
    """
    The schema of one SDK resource class.

    Args:
        module: the SDK module, `pulumi_azure_native.keyvault`.
        name: the class in it, `Vault`.

    Raises:
        NotInSdkError: there is none.
    """
    return _read_now(_SCHEMAS, SdkClass(module, name))


def results_of(module: str, name: str) -> frozenset[str]:
    """
    The wire names of every text that an SDK function returns.

    Args:
        module: the SDK module, `pulumi_azure_native.cdn`.
        name: the function in it, `get_profile`.

    Raises:
        NotInSdkError: there is none.
    """
    return _read_now(_FUNCTIONS, SdkClass(module, name))


def _read_now(kept: dict[SdkClass, Any], wanted: SdkClass) -> Any:
    if wanted not in kept:
        with _READING:
            if wanted not in kept:
                _keep(_found([(wanted.module, wanted.name)]))
    if wanted not in kept:
        raise NotInSdkError(f"{wanted.module} has no {wanted.name}")
    return kept[wanted]


def _found(wanted: list[tuple[str, str]]) -> Any:
    if _elsewhere is not None:
        return pickle.loads(_elsewhere(_READER, json.dumps(wanted)))  # noqa: S301  our own process wrote it
    return importlib.import_module(_READER).everything_of([SdkClass(*each) for each in wanted])


def read_elsewhere(resources: Iterable[tuple[str, str]], run_module: RunModule) -> threading.Thread:
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


def _read(wanted: list[tuple[str, str]], run_module: RunModule) -> None:
    global _elsewhere  # noqa: PLW0603  there is one table of schemas in a process, and one way to fill it
    try:
        _keep(pickle.loads(run_module(_READER, json.dumps(wanted))))  # noqa: S301  our own process wrote it
        _elsewhere = run_module
    except Exception as error:  # noqa: BLE001  it only takes longer, and more memory: the daemon's log says why
        print(f"the schemas are read in this process: {error!r}", file=sys.stderr)  # noqa: T201
    finally:
        _READING.release()


def _keep(found: Any) -> None:
    know_properties(found.properties)
    _SCHEMAS.update(found.schemas)
    _FUNCTIONS.update(found.functions)
