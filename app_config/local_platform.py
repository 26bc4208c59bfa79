"""
The endpoint file of a running local platform: what `--stack local` needs in the place of a Pulumi login, `az login` and public DNS.

The local platform writes it as `endpoint.json` in its state directory, readable by its owner alone, and removes it when it stops.
Its shape, version 1:

    {"version": 1, "pid": 4711, "stack": "local", "project": "/home/me/infrastructure",
     "engine": {"program": "/.../pulumi", "environment": {"PULUMI_BACKEND_URL": "file:///...", ...}},
     "authority": {"ca_file": "/.../ca.pem", "environment": {"SSL_CERT_FILE": "/.../bundle.pem", ...}},
     "identity": {"endpoint": "http://127.0.0.1:PORT/msi/...", "header": "..."},
     "apps": {"api": {"identity": {"endpoint": "...", "header": "..."},
                      "variables": {"SERVER_HOST": "127.0.0.1"}, "environment": {}}}}

`engine` reads the stack's outputs. The certificates of `ca_file` are trusted for the vault; `authority.environment` makes common clients
trust them beside the public ones. `identity` is the person at this machine. Of an app, `identity` may read the app's secrets and nothing
else (null where it has none); `variables` have another value here than in the stack; `environment` has the variables by which the
app's own processes get tokens, and is empty where the stack lets them have none.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from app_config.problems import StackError

STACK: Final = "local"
FILE: Final = "endpoint.json"
VERSION: Final = 1
STATE_VARIABLE: Final = "IGNITION_STATE_DIR"


@dataclass(frozen=True)
class TokenEndpoint:
    """
    Where tokens of one identity come from, as in Container Apps.

    Attributes:
        url: the value of IDENTITY_ENDPOINT.
        header: the value of IDENTITY_HEADER, a secret.
    """

    url: str
    header: str = field(repr=False)


@dataclass(frozen=True)
class LocalApp:
    """
    One app of the local platform.

    Attributes:
        identity: reads the app's secrets; None where the app has none.
        variables: settings that have another value on this machine than in the stack.
        environment: the variables by which the app's processes get tokens.
    """

    identity: TokenEndpoint | None
    variables: Mapping[str, str]
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class LocalPlatform:
    """
    A running local platform; see the module for what each part is.

    Attributes:
        project: the directory of its Pulumi.yaml.
        engine: the pinned `pulumi`.
        engine_environment: its state and passphrase.
        ca_file: the platform's authority, in PEM.
        authority_environment: variables that make clients trust it.
        identity: the person at this machine.
        apps: by the names that people use.
    """

    project: Path
    engine: str
    engine_environment: Mapping[str, str]
    ca_file: Path
    authority_environment: Mapping[str, str]
    identity: TokenEndpoint
    apps: Mapping[str, LocalApp]


def endpoint_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the file is: in IGNITION_STATE_DIR, or in the state directory of the project's default platform."""
    chosen = environ.get(STATE_VARIABLE)
    if not chosen:
        base = environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(base) / "ignition" / "local" / FILE
    directory = Path(chosen).absolute()
    older = directory / "local" / FILE
    return older if older.exists() and not (directory / FILE).exists() else directory / FILE


def local_platform(file: Path | None = None) -> LocalPlatform:
    """
    The running local platform.

    Args:
        file: its endpoint file; the default platform's where it is left out.

    Raises:
        StackError: none runs, or the file cannot be used.
    """
    file = file or endpoint_file()
    try:
        document = json.loads(_read_private(file))
        found = _parsed(document)
        pid = int(document["pid"])
    except FileNotFoundError:
        raise StackError(
            f"no local platform runs ({file} does not exist). Start it with `ignition up`, or name its state directory in "
            f"{STATE_VARIABLE}"
        ) from None
    except OSError as error:
        raise StackError(f"{file} cannot be read ({error.strerror}). Fix its owner or mode") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        found, pid = None, 0
    if found is None:
        raise StackError(f"{file} is damaged. Run `ignition down`, then `ignition up`, which writes it again")
    if not _is_alive(pid):
        raise StackError(f"the local platform of {file.parent} does not run. Start it with `ignition up`")
    return found


def _read_private(file: Path) -> bytes:
    """The content, unless somebody else could have written it: it names a program to run."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise StackError(
                f"{file} is not a file that only you can read and write, so it is not used: remove it, then run `ignition down` and "
                "`ignition up`, which writes it again"
            )
        return stream.read()


def _parsed(document: Any) -> LocalPlatform | None:
    if document["version"] != VERSION or document["stack"] != STACK:
        raise StackError(
            f"the endpoint file has version {document['version']!r} for stack {document['stack']!r}, and this app_config reads "
            f"version {VERSION} for stack {STACK!r}. Use the `app-config` that is installed beside `ignition`"
        )
    engine, authority = document["engine"], document["authority"]
    apps: dict[str, Any] = document["apps"]
    return LocalPlatform(
        project=Path(document["project"]),
        engine=str(engine["program"]),
        engine_environment=_texts(engine["environment"]),
        ca_file=Path(authority["ca_file"]),
        authority_environment=_texts(authority["environment"]),
        identity=_token_endpoint(document["identity"]),
        apps={
            name: LocalApp(
                _token_endpoint(app["identity"]) if app["identity"] else None,
                _texts(app["variables"]),
                _texts(app["environment"]),
            )
            for name, app in apps.items()
        },
    )


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in cast("dict[str, Any]", value).items()}


def _token_endpoint(value: Any) -> TokenEndpoint:
    return TokenEndpoint(str(value["endpoint"]), str(value["header"]))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
