"""The `ignition` command: thin; what it does lives in `local_cloud`."""
