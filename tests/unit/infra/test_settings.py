from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import Field, SecretStr

from app_config.contract import Contract, Group
from infra.settings import BindingError, Bindings, problems_of, refuse_broken, settings_output


class _Server(Group):
    host: str = Field(description="Where it listens.")
    port: int = Field(default=80, ge=1, description="The port.")


class _Session(Group):
    secret: SecretStr = Field(description="What sessions are signed with.")


class _App(Contract):
    app: ClassVar[str] = "sample"
    server: _Server
    session: _Session


RIGHT = Bindings(
    contract=_App, values={"SERVER_HOST": "localhost", "SERVER_PORT": "80"}, secrets=frozenset({"SESSION_SECRET"})
)


def bindings(values: dict[str, str], *secrets: str) -> Bindings:
    return Bindings(contract=_App, values=values, secrets=frozenset(secrets))


def test_bindings_that_satisfy_the_contract_are_taken() -> None:
    refuse_broken(RIGHT)


def test_a_variable_that_is_bound_to_nothing_is_reported_with_what_it_is() -> None:
    (problem,) = problems_of(bindings({"SERVER_HOST": "localhost", "SERVER_PORT": "80"}))
    assert problem.startswith("SESSION_SECRET is bound to nothing: What sessions are signed with.")


def test_a_variable_with_a_default_must_be_bound_too() -> None:
    (problem,) = problems_of(bindings({"SERVER_HOST": "localhost"}, "SESSION_SECRET"))
    assert problem.startswith("SERVER_PORT is bound to nothing")


def test_an_unknown_variable_is_reported() -> None:
    (problem,) = problems_of(bindings({**RIGHT.values, "SERVER_NAME": "x"}, "SESSION_SECRET"))
    assert problem == "SERVER_NAME is bound and no variable of _App: remove it, or declare it in app_config/settings.py"


def test_a_secret_bound_to_a_plain_value_is_reported() -> None:
    (problem,) = problems_of(bindings({**RIGHT.values, "SESSION_SECRET": "open"}))
    assert "SESSION_SECRET is a secret of _App and bound to a plain value" in problem
    assert "open" not in problem


def test_a_plain_variable_bound_to_a_secret_is_reported() -> None:
    (problem,) = problems_of(bindings({"SERVER_HOST": "localhost"}, "SESSION_SECRET", "SERVER_PORT"))
    assert "SERVER_PORT is no secret of _App" in problem


def test_a_value_that_the_app_would_refuse_is_reported() -> None:
    (problem,) = problems_of(bindings({"SERVER_HOST": "localhost", "SERVER_PORT": "none"}, "SESSION_SECRET"))
    assert problem.startswith("SERVER_PORT ")


def test_all_problems_of_all_apps_are_reported_at_once() -> None:
    with pytest.raises(BindingError) as raised:
        refuse_broken(bindings({"SERVER_NAME": "x"}), bindings({**RIGHT.values}))
    assert len(raised.value.problems) == 5
    assert all(each.startswith("sample: ") for each in raised.value.problems)
    assert str(raised.value).count("\n  - ") == 5


def test_the_output_has_values_and_addresses_and_a_version() -> None:
    address = "https://kv.vault.azure.net/secrets/SESSION-SECRET"
    assert settings_output({"sample": (RIGHT, {"SESSION_SECRET": address})}, vault_id="/vaults/kv") == {
        "version": 1,
        "apps": {"sample": {"values": dict(RIGHT.values), "secrets": {"SESSION_SECRET": address}}},
        "vault": {"id": "/vaults/kv"},
    }
