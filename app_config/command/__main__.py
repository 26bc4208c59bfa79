"""`python -m app_config.command`, the same as `app-config`."""

from app_config.command import main

main()
