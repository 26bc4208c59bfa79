"""
The `settings` output of a Pulumi stack: found by the CLI, by the Automation API, or in a saved file.

What the output means is the source's to say (`sources/stack_outputs`). Its shape, version 1:

    {"version": 1, "apps": {"api": {"values": {"SERVER_PORT": "8080"},
                                    "secrets": {"DATABASE_URL": "https://VAULT/secrets/DATABASE-URL/VERSION"}},
                            "admin": {"values": {...}, "secrets": {}}},
     "vault": {"id": "/subscriptions/.../vaults/NAME"}}

Values are text, exactly as the process environment gets them. Secrets are addresses, never values; an address without a
version means the current one.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from app_config.local_platform import STACK as LOCAL
from app_config.local_platform import local_platform
from app_config.problems import StackError

VERSION: Final = 1
OUTPUT: Final = "settings"


@dataclass(frozen=True)
class AppOutputs:
    """
    What a stack says about one app.

    Attributes:
        values: variable name to text.
        secrets: variable name to the secret's address.
        vault_id: the ARM id of the stack's vault; None where an older release deployed it.
    """

    values: Mapping[str, str]
    secrets: Mapping[str, str]
    vault_id: str | None = None


def stack_output(stack: str, project: Path, *, time_limit_s: float) -> object:
    """
    The `settings` output of a stack.

    The CLI is asked when there is one, because that takes less time than importing the Automation API. The stack `local` is read with
    the engine and the state of the running local platform.

    Args:
        stack: its name.
        project: the directory of its Pulumi.yaml.
        time_limit_s: for the CLI; a state backend may hang.

    Raises:
        StackError: neither is there, or the stack has no such output.
    """
    if stack == LOCAL:
        platform = local_platform()
        own = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        environment = {**own, **platform.engine_environment}
        return _by_command(platform.engine, stack, platform.project, time_limit_s, environment)
    command = _cli()
    if command is not None:
        return _by_command(command, stack, project, time_limit_s)
    if importlib.util.find_spec("pulumi") is not None:
        return _by_automation(stack, project)
    raise StackError(
        "found neither a `pulumi` command nor the Automation API (pip install pulumi): install one, or save the outputs "
        f"on a machine that has one, `pulumi stack output --json --stack {stack} > outputs.json`, and read that file"
    )


def saved_output(file: Path) -> object:
    """
    The `settings` output in a saved file: all outputs of a stack (`pulumi stack output --json`), or this one alone.

    Raises:
        StackError: there is no such file, or no such output in it.
    """
    try:
        content: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise StackError("the file does not exist. Create it with `pulumi stack output --json > FILE`") from None
    except OSError as error:
        raise StackError(f"the file cannot be read ({error.strerror}). Fix its owner or mode") from None
    except ValueError:
        # `from None`: the decoder's exception carries the whole document.
        content = None
    if not isinstance(content, dict):
        raise StackError("the file is not a JSON object. Create it with `pulumi stack output --json > FILE`")
    found = cast("dict[str, Any]", content)
    if OUTPUT in found:  # first: a stack's outputs have `apps` of their own
        return found[OUTPUT]
    if "apps" not in found:
        raise StackError(
            f"the file has no output `{OUTPUT}`. Save the outputs of a stack of this project, after `pulumi up`"
        )
    return found


def app_outputs(output: object, app: str) -> AppOutputs:
    """
    What an output says about one app.

    Raises:
        StackError: another version than this library reads, another shape, or no such app.
    """
    if isinstance(output, str):
        # A stack that makes one of its parts secret makes the whole output so.
        raise StackError("the settings are hidden, because the output is marked secret. Save it with `--show-secrets`")
    top = _mapping(output, OUTPUT)
    version = top.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise StackError(
            "the settings have no version; a release older than this app_config wrote them. Run `pulumi up` with the program "
            f"of this release, which writes version {VERSION}"
        )
    if version > VERSION:
        raise StackError(
            f"the settings have version {version} and this app_config reads {VERSION}: it is older than the stack. Upgrade "
            "ignition-infrastructure here to the release that deployed the stack"
        )
    if version < VERSION:
        raise StackError(
            f"the settings have version {version} and this app_config reads {VERSION}: it is newer than the stack. Run "
            "`pulumi up` with the program of this release"
        )
    apps = _mapping(top.get("apps"), "apps")
    if app not in apps:
        raise StackError(
            f"the stack has no app `{app}` (apps: {', '.join(sorted(apps)) or 'none'}). Choose one with --app"
        )
    found = _mapping(apps[app], app)
    vault = _texts(top.get("vault", {}), "vault")
    return AppOutputs(
        _texts(found.get("values", {}), "values"), _texts(found.get("secrets", {}), "secrets"), vault.get("id")
    )


def _mapping(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise StackError(f"the settings are damaged: `{what}` is not an object. Run `pulumi up` again")
    return cast("dict[str, Any]", value)


def _texts(value: object, what: str) -> dict[str, str]:
    found = _mapping(value, what)
    wrong = sorted(name for name, text in found.items() if not isinstance(text, str))
    if wrong:
        raise StackError(
            f"the settings are damaged: {', '.join(wrong)} in `{what}` is not a string. Run `pulumi up` again"
        )
    return found


def _cli() -> str | None:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    return shutil.which("pulumi") or shutil.which(str(home / "bin" / "pulumi"))


def _by_command(
    command: str, stack: str, project: Path, time_limit_s: float, environment: Mapping[str, str] | None = None
) -> object:
    # --show-secrets: an output that is secret as a whole would come as "[secret]". It has addresses only.
    arguments = ["stack", "output", OUTPUT, "--json", "--show-secrets", "--stack", stack, "--non-interactive"]
    try:
        done = subprocess.run(
            [command, *arguments],
            cwd=project,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=time_limit_s,
        )
    except subprocess.TimeoutExpired:
        raise StackError(
            f"pulumi gave no answer within {time_limit_s:g} s. Check the state backend (`pulumi whoami -v`)"
        ) from None
    except OSError as error:
        raise StackError(f"{command} does not run in {project} ({error.strerror}). Check --project") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        retry = (
            f"`ignition pulumi -- stack output {OUTPUT}`"
            if stack == LOCAL
            else f"`pulumi stack output {OUTPUT} --stack {stack}` in {project.absolute()}"
        )
        raise StackError(
            f"the settings cannot be read: {(lines or ['pulumi said nothing'])[-1].removeprefix('error: ').strip()} (try {retry})"
        )
    try:
        return json.loads(done.stdout)
    except ValueError:
        problem = f"{command} printed no JSON. Update the Pulumi CLI"
    raise StackError(problem)


def _by_automation(stack: str, project: Path) -> object:
    automation: Any = importlib.import_module("pulumi.automation")
    try:
        found = automation.select_stack(stack_name=stack, work_dir=str(project)).outputs()
    except Exception as error:  # noqa: BLE001  the Automation API raises whatever the CLI says
        said = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
        raise StackError(f"the Automation API cannot read the settings: {said}") from None
    if OUTPUT not in found:
        raise StackError(f"the stack has no output `{OUTPUT}`. Run `pulumi up` with the program of this release")
    return found[OUTPUT].value
