"""
Records what an `up` of today's program leaves behind, for tomorrow's program to be compared with.

    python -m tests.upgrade.record [STACK ...]

The real engine deploys to a cloud that only remembers. The state is written to `baseline-STACK.json` as `pulumi stack export` gives
it, its secrets emptied. Record again after a release, never to make a failing test pass: what the test refuses would replace or
delete something that people use.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from local_cloud.catalog import PACKAGES
from local_cloud.engine.attachment import attached
from local_cloud.engine.pulumi_cli import find_pulumi
from local_cloud.language_host import LanguageHost
from local_cloud.packages.cloudflare import package as cloudflare
from local_cloud.plan.salt import new_salt
from local_cloud.plan.throwaway import Throwaway, throwaway
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.server.package import Package
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.serve import serve
from local_cloud.services.edge.types.origin_ca_certificate import OriginCaCertificate
from tests.support.ignition_command import ROOT, Ignition
from tests.support.recorded_cloud import RecordedCloud

STACKS = ("dev", "prod")
_HERE = Path(__file__).parent
_NOT_KEPT = ("created", "modified", "sourcePosition", "stackTrace")


class _Signed(OriginCaCertificate):
    """Signed by an authority of the recording, where the local cloud has its own."""

    def __init__(self, authority: LocalCA) -> None:
        self._authority = authority

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        signed = self._authority.sign_request(inputs["csr"], days=365, names=inputs["hostnames"])
        return {**super().computed_outputs(call, resource_id, inputs), "certificate": signed}


def _packages(authority: LocalCA) -> list[Package]:
    types = [_Signed(authority) if type(each) is OriginCaCertificate else each for each in cloudflare.PACKAGE.types]
    return [replace(each, types=types) if each is cloudflare.PACKAGE else each for each in PACKAGES]


def baseline(stack: str) -> Path:
    """Where a stack's recorded state lies."""
    return _HERE / f"baseline-{stack}.json"


def record(stack: str) -> None:
    """Deploys a stack from nothing and keeps its state."""
    with tempfile.TemporaryDirectory() as scratch, throwaway(ROOT, stack, new_salt()) as place:
        exported = _deployed(stack, place, Path(scratch))
    baseline(stack).write_text(json.dumps(_kept(exported), indent=1, sort_keys=True) + "\n")


def _deployed(stack: str, place: Throwaway, scratch: Path) -> Any:
    """The state after an `up`."""
    config = yaml.safe_load(place.config_file.read_text())
    config["config"]["ignition:attached_providers_only"] = "true"  # it reaches no account: the placeholders may stay
    place.config_file.write_text(yaml.safe_dump(config))
    pulumi, file = find_pulumi(), scratch / "exported.json"
    host, served = LanguageHost(), serve(_packages(LocalCA(scratch / "ca")), RecordedCloud())
    try:
        environment = attached(
            Ignition(scratch).environment,
            pulumi=pulumi,
            providers=served.attachment,
            language_port=host.start(),
            home=scratch,
        )
        for arguments in (
            ["up", "--yes", "--skip-preview", "--suppress-progress", "--config-file", str(place.config_file)],
            ["stack", "export", "--file", str(file)],
        ):
            argv = [str(pulumi), *arguments, "--stack", stack, "--non-interactive"]
            subprocess.run(argv, cwd=ROOT, env=environment | place.environment, check=True)
    finally:
        host.stop()
        served.stop()
    return json.loads(file.read_text())


def _kept(value: Any) -> Any:
    """Without what changes from one recording to the next, and without the secrets."""
    if isinstance(value, list):
        return [_kept(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _kept(item) for key, item in value.items() if key not in _NOT_KEPT}
    return kept | {"ciphertext": "emptied"} if "ciphertext" in kept else kept


def main() -> None:
    """Records the stacks that are named, all of them by default."""
    for stack in sys.argv[1:] or STACKS:
        record(stack)
        sys.stdout.write(f"{baseline(stack)}\n")


if __name__ == "__main__":
    main()
