"""`python -m examples.admin`: loads the settings, and serves on PORT (8080) until SIGTERM."""

from __future__ import annotations

import os
import sys

import uvicorn

from app_config import AdminSettings, SettingsError, load
from examples.admin.application import application


def main() -> int:
    """Serves; 2 when the settings cannot be used."""
    try:
        settings = load(AdminSettings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    uvicorn.run(
        application(settings),
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104  a container's only address
        port=int(os.environ.get("PORT", "8080")),
        log_level={"warn": "warning"}.get(settings.log.level, settings.log.level),
        timeout_graceful_shutdown=20,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
