"""The `ignition` command: thin; what it does lives in `local_cloud`."""

__version__ = "0.1.0"
