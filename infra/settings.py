"""
Binds the apps' contracts to what the stack makes: every variable to a value or to a secret in the vault.

What the variables are is the apps' (`app_config.settings`); this module has to satisfy them, and a variable that is missing, unknown
or bound with the wrong secrecy stops the preview, all of them together. Values that are known by then are checked as the app itself
would check them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pulumi import Input
from pydantic import SecretStr

from app_config.checking import check
from app_config.contract import Contract, variables
from app_config.sources.source import Given

OUTPUT_VERSION = 1
"""The version of the shape of the stack's `settings` output; `app_config` says so when it knows another."""


class BindingError(Exception):
    """The program does not satisfy a contract; the message lists every problem by variable."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            "\n".join(["the settings do not satisfy the apps' contracts:", *(f"  - {each}" for each in problems)])
        )
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Bindings:
    """
    What an app's variables are bound to.

    Attributes:
        contract: The app's settings class.
        values: Plain values by variable; texts exactly as the process environment gets them.
        secrets: The variables whose values are in the vault.
    """

    contract: type[Contract]
    values: Mapping[str, Input[str]]
    secrets: frozenset[str] = frozenset()


def refuse_broken(*bound: Bindings) -> None:
    """
    Stop a program whose bindings do not satisfy the contracts.

    Raises:
        BindingError: with every problem of every app.
    """
    problems = [f"{each.contract.app}: {problem}" for each in bound for problem in problems_of(each)]
    if problems:
        raise BindingError(problems)


def problems_of(bindings: Bindings) -> Iterator[str]:
    """What is wrong with an app's bindings, one sentence a variable."""
    contract, name = variables(bindings.contract), bindings.contract.__name__
    declared = {variable.env: variable for variable in contract}
    bound = {*bindings.values, *bindings.secrets}
    for variable in contract:
        if variable.env not in bound:
            yield f"{variable.env} is bound to nothing: {variable.description} Bind it in infra/composition/settings.py"
        elif variable.secret and variable.env in bindings.values:
            yield f"{variable.env} is a secret of {name} and bound to a plain value: bind it to a secret in the vault"
        elif not variable.secret and variable.env in bindings.secrets:
            yield f"{variable.env} is no secret of {name} and bound to one in the vault: bind it to a plain value"
    for unknown in sorted(bound - set(declared)):
        yield f"{unknown} is bound and no variable of {name}: remove it, or declare it in app_config/settings.py"
    yield from _unfit(bindings, {variable.env for variable in contract if not variable.secret})


def _unfit(bindings: Bindings, plain: set[str]) -> Iterator[str]:
    """Values that the app would refuse, among those that are known already."""
    known = {
        env: Given(text=SecretStr(value), origin="the stack's configuration")
        for env, value in bindings.values.items()
        if isinstance(value, str) and env in plain
    }
    others = frozenset(variable.env for variable in variables(bindings.contract) if variable.env not in known)
    _, problems = check(bindings.contract, known, silent=others)
    for problem in problems:
        yield f"{problem.variable} {problem.text}"


def settings_output(
    apps: Mapping[str, tuple[Bindings, Mapping[str, Input[str]]]], *, vault_id: Input[str]
) -> Mapping[str, Input[object]]:
    """
    The stack's `settings` output, from which `app_config` reads.

    Args:
        apps: Each app's bindings, and the addresses in the vault of its secrets by variable.
        vault_id: The vault's ARM id, by which people store what only they can bring.

    Returns:
        `{"version": 1, "apps": {"api": {"values": {ENV: TEXT}, "secrets": {ENV: ADDRESS}}, ...}, "vault": {"id": ID}}`. No
        secret's value is in it.
    """
    return {
        "version": OUTPUT_VERSION,
        "apps": {
            app: {"values": dict(bindings.values), "secrets": dict(addresses)}
            for app, (bindings, addresses) in apps.items()
        },
        "vault": {"id": vault_id},
    }
