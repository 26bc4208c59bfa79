"""
The vault that `bench.app_config` measures against: a process of its own, so that it does not share an interpreter.

Prints one line of JSON (the vault's address and the environment of an app), then serves until its input ends.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from local_cloud.runtime.network.faults import FaultKind
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_SECRETS_OFFICER
from tests.integration.key_vault.platform import Platform


def main() -> None:
    secrets, delay_ms = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        platform = Platform(Path(directory), stack)
        stack.callback(platform.close)
        vault = platform.vault()
        for number in range(secrets):
            platform.key_vault.secrets.put(vault, f"KEYS-K{number:02}", f"value-{number}")
        # The officer may list too, which the alternative needs.
        identity = platform.identity_of("app", KEY_VAULT_SECRETS_OFFICER)
        environ = platform.identity.endpoint_for("app", [identity.resource_id or ""])
        platform.key_vault.faults.add(FaultKind.LATENCY, delay_s=delay_ms / 1000)
        port = platform.ports[2]
        found = {
            "url": f"https://kv-ignition.vault.localhost:{port}",
            "ca_file": str(platform.ca.ca_file),
            "environ": {**environ, "AZURE_CLIENT_ID": identity.client_id},
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


main()
