"""Every provider package that the local cloud serves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from local_cloud.packages import azuread, random, time, tls
from local_cloud.packages.azure_native import package as azure
from local_cloud.packages.cloudflare import package as cloudflare
from local_cloud.server.schemas.reading import read_elsewhere

PACKAGES: Final = (
    azure.PACKAGE,
    azuread.PACKAGE,
    cloudflare.PACKAGE,
    random.PACKAGE,
    time.PACKAGE,
    tls.PACKAGE,
)


def read_schemas(run_module: Callable[[str, str], bytes]) -> threading.Thread:
    """Starts to read every type's schema in another process; importing the SDKs takes seconds, and much memory."""
    return read_elsewhere((resource_type.sdk for package in PACKAGES for resource_type in package.types), run_module)
