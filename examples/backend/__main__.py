"""`python -m examples.backend`: loads the settings, and serves until SIGTERM."""

from __future__ import annotations

import sys

import uvicorn

from app_config import Settings, SettingsError, load
from examples.backend.application import application

_GRACE_S = 20
"""Container Apps kills a replica 30 s after SIGTERM unless told otherwise."""


def main() -> int:
    """Serves; 2 when the settings cannot be used."""
    try:
        settings = load(Settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(
        application(settings),
        host=settings.server.host,
        port=settings.server.port,
        log_level="info",
        ws="websockets-sansio",
        # X-Forwarded-For begins with what the client wrote; `edge_only` takes the edge's word.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
