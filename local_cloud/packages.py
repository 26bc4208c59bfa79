"""Every provider package that the local cloud serves."""

from __future__ import annotations

import threading
from typing import Final

from local_cloud import azure, azuread, cloudflare, random, time, tls

PACKAGES: Final = (
    azure.PACKAGE,
    azuread.PACKAGE,
    cloudflare.PACKAGE,
    random.PACKAGE,
    time.PACKAGE,
    tls.PACKAGE,
)


def read_schemas() -> threading.Thread:
    """Reads every type's schema in a thread of its own: importing the SDKs takes seconds, which the first preview need not wait for."""
    thread = threading.Thread(target=_read_schemas, name="schemas", daemon=True)
    thread.start()
    return thread


def _read_schemas() -> None:
    for package in PACKAGES:
        for resource_type in package.types:
            _ = resource_type.schema
