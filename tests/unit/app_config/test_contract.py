"""What is derived from a settings class."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from app_config.contract import Contract, Env, Group, as_text, values_of, variables
from app_config.loading import load
from app_config.settings import AdminSettings, Settings
from app_config.sources.explicit import Explicit
from tests.unit.app_config.samples import PRODUCTION, PRODUCTION_SECRETS


def test_the_contract_has_exactly_the_backends_variables() -> None:
    assert {variable.env for variable in variables(Settings)} == set(PRODUCTION)


def test_exactly_the_backends_secrets_are_secret() -> None:
    assert {variable.env for variable in variables(Settings) if variable.secret} == set(PRODUCTION_SECRETS)


def test_the_admin_console_has_nothing_secret() -> None:
    assert {variable.env: variable.secret for variable in variables(AdminSettings)} == {
        "ACCESS_AUDIENCE": False,
        "ACCESS_TEAM_DOMAIN": False,
        "API_PUBLIC_URL": False,
        "APP_ENV": False,
        "LOG_LEVEL": False,
    }


def test_a_name_in_the_vault_has_hyphens_for_underscores() -> None:
    assert {v.env: v.vault_name for v in variables(Settings)}["STORAGE_ACCESS_KEY_ID"] == "STORAGE-ACCESS-KEY-ID"


def test_every_variable_is_described() -> None:
    for variable in (*variables(Settings), *variables(AdminSettings)):
        assert variable.description.endswith("."), variable.env


def test_a_secret_is_whatever_is_typed_so_even_when_it_may_be_absent() -> None:
    class Keys(Group):
        one: SecretStr | None = None
        two: str | None = None

    class Mine(Contract):
        keys: Keys

    assert [(v.env, v.secret, v.required) for v in variables(Mine)] == [
        ("KEYS_ONE", True, False),
        ("KEYS_TWO", False, False),
    ]


def test_two_fields_of_one_name_are_refused() -> None:
    class One(Group):
        level: Annotated[str, Env("SAME")]

    class Two(Contract):
        a: One
        b: One

    with pytest.raises(TypeError, match=r"Two has SAME twice: a\.level and b\.level"):
        variables(Two)


def test_a_field_outside_of_a_group_is_refused() -> None:
    class Flat(BaseModel):
        level: str

    with pytest.raises(TypeError, match=r"Flat\.level is no group"):
        variables(Flat)


def test_settings_cannot_be_changed() -> None:
    settings = load(Settings, Explicit(PRODUCTION))
    with pytest.raises(ValidationError, match="frozen"):
        settings.server.port = 1  # type: ignore[misc]  the point of the test


def test_settings_made_by_hand_obey_the_rules_too() -> None:
    settings = load(Settings, Explicit(PRODUCTION))
    with pytest.raises(ValidationError, match="APP_ENV says another environment"):
        Settings.model_validate(
            {
                **{name: getattr(settings, name) for name in Settings.model_fields},
                "server": settings.server.model_copy(update={"app_env": "development"}),
            }
        )


def test_values_come_back_as_the_texts_that_were_given() -> None:
    settings = load(Settings, Explicit(PRODUCTION))
    assert {name: as_text(value) for name, value in values_of(settings).items()} == PRODUCTION


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (5, "5"), (("a", "b"), "a,b"), (SecretStr("s"), "s"), ("x", "x")]
)
def test_a_value_as_text(value: object, text: str) -> None:
    assert as_text(value) == text
