"""Every provider package that the local cloud serves."""

from __future__ import annotations

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
