"""
What a deployed stack says: values as they are, secrets by their addresses in Key Vault.

How the outputs are found, and their shape, is in `app_config.stacks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from app_config.contract import Variable
from app_config.local_platform import STACK as LOCAL
from app_config.local_platform import local_platform
from app_config.problems import Problem, StackError
from app_config.sources.source import Answer, Given, Precedence, Request
from app_config.stacks import AppOutputs, app_outputs, saved_output, stack_output
from app_config.vault.access import VaultAccess
from app_config.vault.addresses import SecretAddress, parse_address
from app_config.vault.credentials import Credential
from app_config.vault.local_identity import LocalIdentity


@dataclass(frozen=True, kw_only=True)
class StackOutputs:
    """
    The outputs of a Pulumi stack, or of a saved file.

    Args:
        stack: the stack's name; give this or `file`.
        file: what `pulumi stack output --json` printed.
        project: the directory of Pulumi.yaml, for `stack`. The stack `local` is the running local platform's, which knows its own.
        app: the app whose settings are read; the contract's own by default.
        access: how the vault that the outputs point to is reached.
        time_limit_s: for reading the outputs.
    """

    stack: str | None = None
    file: Path | str | None = None
    project: Path | str = "."
    app: str | None = None
    access: VaultAccess = field(default_factory=VaultAccess)
    time_limit_s: float = 60.0

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.stack is None) == (self.file is None):
            raise ValueError("StackOutputs needs either `stack` or `file`: give one of them")

    @property
    def precedence(self) -> Precedence:
        """The last: what was deployed, unless somebody says otherwise."""
        return Precedence.STACK_OUTPUTS

    @property
    def origin(self) -> str:
        """The source in words."""
        return f"stack {self.stack}" if self.stack else str(self.file)

    def read(self, app: str) -> AppOutputs:
        """
        What the outputs say about an app.

        Raises:
            StackError: they cannot be had, or not be read by this version.
        """
        if self.stack is not None:
            output = stack_output(self.stack, Path(self.project), time_limit_s=self.time_limit_s)
        else:
            output = saved_output(Path(self.file or ""))
        outputs = app_outputs(output, self.app or app)
        here = local_platform().apps.get(self.app or app) if self.stack == LOCAL else None
        return replace(outputs, values={**outputs.values, **here.variables}) if here is not None else outputs

    def vault_access(self) -> VaultAccess:
        """
        How the vault is reached: for the local platform as the person at this machine, unless a credential was named.

        Raises:
            StackError: no local platform runs.
        """
        if self.stack != LOCAL:
            return self.access
        platform = local_platform()
        named = self.access.credential
        credential = LocalIdentity(platform.identity) if named is Credential.AUTO else named
        return replace(self.access, credential=credential, ca_file=self.access.ca_file or platform.ca_file)

    def answer(self, request: Request) -> Answer:
        """See `Source.answer`."""
        try:
            outputs = self.read(request.app)
            access = self.vault_access()
        except StackError as error:
            return Answer(problems=(Problem(None, self.origin, str(error)),))
        addresses, given, problems = self._split(request.wanted, outputs)
        fetched = access.fetch(addresses, snapshots=request.snapshots)
        return Answer(
            given={**given, **fetched.given},
            problems=(*problems, *fetched.problems),
            absent={**_absent(request.wanted, outputs, self.origin), **fetched.absent},
            keep=fetched.keep,
        )

    def _split(
        self, wanted: tuple[Variable, ...], outputs: AppOutputs
    ) -> tuple[Mapping[str, SecretAddress], Mapping[str, Given], list[Problem]]:
        addresses: dict[str, SecretAddress] = {}
        given: dict[str, Given] = {}
        problems: list[Problem] = []
        for variable in wanted:
            name = variable.env
            if name in outputs.values and variable.secret:
                text = "is a secret and in clear in the outputs: bind it to Key Vault in the program, and change the secret"
                problems.append(Problem(name, self.origin, text))
            elif name in outputs.values:
                given[name] = Given(SecretStr(outputs.values[name]), self.origin)
            elif name in outputs.secrets:
                try:
                    addresses[name] = parse_address(outputs.secrets[name])
                except ValueError as error:
                    problems.append(Problem(name, self.origin, str(error)))
        return addresses, given, problems


def _absent(wanted: tuple[Variable, ...], outputs: AppOutputs, origin: str) -> dict[str, str]:
    return {
        variable.env: f"is not in the settings of {origin}: bind it in the program and run `pulumi up`"
        for variable in wanted
        if variable.required and variable.env not in outputs.values and variable.env not in outputs.secrets
    }
