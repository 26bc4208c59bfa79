"""
An exported state, made ready for a preview without its secrets.

A state exported without `--show-secrets` holds ciphertexts that only its own secrets provider can open. In the copy made here each of
them becomes a marker, and the provider's block is replaced; the file itself is opened for reading only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local_cloud.plan.throwaway import REDACTED
from local_cloud.server.values.shapes import is_dict, is_list

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"


class StateError(Exception):
    """The file is not an exported state of this stack; the message says what it is and how to export one."""


@dataclass(frozen=True)
class ExportedState:
    """The resources of a state, and how many of their secrets cannot be compared."""

    resources: list[dict[str, Any]]
    redacted: int


def read(file: Path, project: str, stack: str) -> ExportedState:
    """
    Reads a file that `pulumi stack export` wrote.

    Args:
        file: the exported state; never written to.
        project: the project's name; a state of another one is refused.
        stack: the stack's short name, likewise.

    Raises:
        StateError: it cannot be read, or belongs to another project or stack.
    """
    advice = f"export it with `pulumi stack export --stack {stack} --file {file.name}`"
    try:
        document = json.loads(file.read_text())
    except OSError as error:
        raise StateError(f"{file} cannot be read ({error.strerror}); {advice}") from error
    except ValueError as error:
        raise StateError(f"{file} is not JSON; {advice}") from error
    deployment = document.get("deployment") if is_dict(document) else None
    if not is_dict(deployment):
        raise StateError(f"{file} is not an exported state: it has no deployment; {advice}")
    resources: Any = deployment.get("resources") or []
    if not is_list(resources) or not all(is_dict(each) and "urn" in each for each in resources):
        raise StateError(f"{file} is not an exported state: its resources are not what Pulumi writes; {advice}")
    for resource in resources:
        _refuse_foreign(str(resource["urn"]), file, project, stack)
    compared, rest = _Redactor(), _Redactor()
    copies = [
        {key: (compared if key == "inputs" else rest).copy(value) for key, value in resource.items()}
        for resource in resources
    ]
    return ExportedState(copies, compared.count)


def _refuse_foreign(urn: str, file: Path, project: str, stack: str) -> None:
    """A URN is `urn:pulumi:STACK::PROJECT::...`."""
    own_stack, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
    own_project = rest.partition("::")[0]
    if (own_project, own_stack) != (project, stack):
        raise StateError(
            f"{file} is the state of stack '{own_stack}' of project '{own_project}', "
            f"not of stack '{stack}' of project '{project}'; name the stack it belongs to"
        )


class _Redactor:
    """Copies values, turning ciphertexts into markers and counting them."""

    def __init__(self) -> None:
        self.count = 0

    def copy(self, value: Any) -> Any:
        if is_list(value):
            return [self.copy(item) for item in value]
        if not is_dict(value):
            return value
        if value.get(_SIGNATURE) == _SECRET and "ciphertext" in value:
            self.count += 1
            return {_SIGNATURE: _SECRET, "plaintext": json.dumps(REDACTED)}
        return {key: self.copy(item) for key, item in value.items()}
