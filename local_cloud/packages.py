"""Every provider package that the local cloud serves."""

from __future__ import annotations

import threading
from typing import Final

from local_cloud import azure, azuread, cloudflare, random, time, tls
from local_cloud.server.schemas import read_in_another_process

PACKAGES: Final = (
    azure.PACKAGE,
    azuread.PACKAGE,
    cloudflare.PACKAGE,
    random.PACKAGE,
    time.PACKAGE,
    tls.PACKAGE,
)


def read_schemas() -> threading.Thread:
    """Starts to read every type's schema; importing the SDKs takes seconds, which the first preview need not wait for."""
    return read_in_another_process(resource_type.sdk for package in PACKAGES for resource_type in package.types)
