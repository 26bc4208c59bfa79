"""A secret that a person brings is bound by its declaration alone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from app_config.contract import Brought, Contract, Group, variables
from infra.composition.settings import brought_secrets


class Mail(Group):
    """Sending mail."""

    url: str = Field(default="smtp://localhost", description="The server.")
    password: Annotated[SecretStr, Brought("the mail provider's console")] = Field(
        examples=["placeholder"], description="Its password."
    )
    key: SecretStr = Field(description="Made by the stack.")


class Sample(Contract):
    """One setting of each owner."""

    mail: Mail


def test_the_vault_holds_the_example_until_a_person_brings_the_value() -> None:
    secrets = brought_secrets(Sample, {"api": "principal"})
    assert list(secrets) == ["MAIL_PASSWORD"]
    secret = secrets["MAIL_PASSWORD"]
    assert (secret.value, secret.first_value_only, secret.readers) == ("placeholder", True, {"api": "principal"})
    assert secret.content_type == "from the mail provider's console, put here by a person"


def test_each_variable_says_who_makes_its_values() -> None:
    owners = {each.env: each.owner for each in variables(Sample)}
    assert owners == {
        "MAIL_URL": "it is not a secret",
        "MAIL_PASSWORD": "it comes from the mail provider's console: make a new one there, and store it with `app-config put`",
        "MAIL_KEY": "the stack makes and rotates it: run `pulumi up`",
    }
