"""
Settings: how long loading takes, beside pydantic-settings' own Azure Key Vault source on the same vault.

`python -m bench.app_config` prints a table and ends with 1 when a promise is broken.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets._shared import HttpChallengeCache
from pydantic import SecretStr, create_model
from pydantic_settings import AzureKeyVaultSettingsSource, BaseSettings, SettingsConfigDict

from app_config import Contract, Credential, Group, KeyVault, Snapshot, VaultAccess, load

ROOT = Path(__file__).parents[1]
DELAY_MS = 40
ROUNDS = 5
KEY = SecretStr("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")


def median(measured: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The middle of several runs, in seconds."""
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        measured()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@contextmanager
def vault(secrets: int) -> Iterator[dict[str, Any]]:
    """A vault in another process, and this one signed in to it."""
    argv = [sys.executable, "-m", "bench.app_config_vault", str(secrets), str(DELAY_MS)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout
        found: dict[str, Any] = json.loads(process.stdout.readline())
        # The alternative takes no certificates and no client options, only the environment.
        os.environ.update({**found["environ"], "REQUESTS_CA_BUNDLE": found["ca_file"]})
        yield found
        process.communicate()


def ours(found: dict[str, Any], names: list[str]) -> Callable[[], object]:
    """Loading by app_config."""
    group = create_model("Keys", __base__=Group, **dict.fromkeys(names, (SecretStr, ...)))
    contract = create_model("Mine", __base__=Contract, keys=(group, ...))
    access = VaultAccess(credential=Credential.MANAGED_IDENTITY, ca_file=Path(found["ca_file"]))

    def run() -> object:
        return load(contract, KeyVault(found["url"], access))

    return run


def theirs(found: dict[str, Any], names: list[str]) -> Callable[[], object]:
    """Loading by pydantic-settings."""

    class Base(BaseSettings):
        model_config = SettingsConfigDict(extra="ignore")

        @classmethod
        def settings_customise_sources(cls, settings_cls: type[BaseSettings], **_: Any) -> tuple[Any, ...]:
            credential = ManagedIdentityCredential(client_id=os.environ["AZURE_CLIENT_ID"])
            source = AzureKeyVaultSettingsSource(settings_cls, found["url"], credential, dash_to_underscore=True)
            return (source,)

    return create_model("Theirs", __base__=Base, **{f"keys_{name}": (SecretStr, ...) for name in names})


def loading() -> Iterator[tuple[str, float, float, str]]:
    """Rows of (what, seconds, limit, beside what)."""
    for count in (50, 1):
        names = [f"k{number:02}" for number in range(count)]
        with vault(count) as found:
            mine, other = ours(found, names), theirs(found, names)
            mine(), other()  # imports, and the servers' first connections
            # In turns, so that a busy machine is busy for both.
            pairs = [(_cold(mine), _cold(other)) for _ in range(ROUNDS)]
        here, there = (statistics.median(times) for times in zip(*pairs, strict=True))
        limit = min(0.5, there / 5) if count == 50 else there
        yield (
            f"{count} secrets, {DELAY_MS} ms each",
            here,
            limit,
            f"pydantic-settings {there:.3f} s, {there / here:.1f} x",
        )


def _cold(measured: Callable[[], object]) -> float:
    """A run that does not know the vault's challenge yet, as no program does when it starts."""
    HttpChallengeCache.clear()
    return median(measured, 1)


def snapshot() -> tuple[str, float, float, str]:
    """Opening a snapshot of 50 secrets, its imports included in the first run of a process."""
    with tempfile.TemporaryDirectory() as directory:
        kept = Snapshot(file=Path(directory) / "last-good", key=KEY)
        kept.save({f"https://kv/secrets/K{number}": SecretStr("x" * 200) for number in range(50)})
        program = (
            "import time; from pathlib import Path; from pydantic import SecretStr; from app_config import Snapshot; "
            f"s = Snapshot(file=Path({str(kept.file)!r}), key=SecretStr({KEY.get_secret_value()!r})); "
            "t = time.perf_counter(); s.load(); print(time.perf_counter() - t)"
        )
        return "snapshot load, first of a process", _printed(program), 0.05, "imports of cryptography included"


def importing() -> tuple[str, float, float, str]:
    """What the library adds to importing pydantic and making models with it."""
    pydantic = (
        "from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, TypeAdapter, AfterValidator, "
        "BeforeValidator, model_validator; from pydantic.fields import FieldInfo; "
        "Warm = type('Warm', (BaseModel,), {'__annotations__': {'a': int, 's': SecretStr}}); "
    )
    names = "from app_config import *"
    program = (
        f"import time; {pydantic} t = time.perf_counter(); import app_config; {names}; print(time.perf_counter() - t)"
    )
    bare = _printed(f"import time; t = time.perf_counter(); {pydantic} print(time.perf_counter() - t)")
    return "import of every public name", _printed(program), 0.06, f"pydantic itself {bare:.3f} s"


def executing() -> tuple[str, float, float, str]:
    """What `app-config exec` adds to a command."""
    command = Path(sys.executable).with_name("app-config")
    argv = [str(command), "exec", "--env-file", str(ROOT / ".env.example"), "--", "true"]
    # The least of many, because a busy machine adds to starting a process and nothing takes away from it; the middle is
    # shown beside it.
    with_it = [median(lambda: subprocess.run(argv, check=True), 1) for _ in range(15)]
    without = [median(lambda: subprocess.run(["true"], check=True), 1) for _ in range(15)]
    beside = f"the middle of 15: {statistics.median(with_it) - statistics.median(without):.3f} s"
    return "`app-config exec` from a dotenv file, added", min(with_it) - min(without), 0.3, beside


def _printed(program: str) -> float:
    runs = [
        float(
            subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT).stdout
        )
        for _ in range(9)
    ]
    return statistics.median(runs)


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    _resolve_localhost()
    broken = False
    for what, seconds, limit, beside in (importing(), executing(), snapshot(), *loading()):
        broken |= seconds > limit
        print(
            f"{what:45} {seconds:7.3f} s  at most {limit:6.3f}  {'ok' if seconds <= limit else 'TOO SLOW':8}  {beside}"
        )
    return int(broken)


def _resolve_localhost() -> None:
    """Resolve `*.localhost` to loopback, as RFC 6761 asks and not every machine does."""
    resolve = socket.getaddrinfo

    def resolving(host: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(host, str) and host.endswith(".localhost"):
            host = "127.0.0.1"
        return resolve(host, *arguments, **options)

    socket.getaddrinfo = resolving


if __name__ == "__main__":
    raise SystemExit(main())
