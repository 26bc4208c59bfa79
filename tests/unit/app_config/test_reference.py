"""The generated pages are what would be generated now, and the example is of use."""

from __future__ import annotations

from pathlib import Path

import pytest

from app_config import Dotenv, Environment, Settings, SettingsError, load, resolve
from app_config.command.docs import generated
from app_config.reference import reference_page

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("place", "text"), generated().items(), ids=list(map(str, generated())))
def test_a_generated_file_is_up_to_date(place: Path, text: str) -> None:
    assert (ROOT / place).read_text(encoding="utf-8") == text, "run `app-config docs`"


def test_the_example_loads_as_it_is() -> None:
    assert load(Settings, Dotenv(ROOT / ".env.example")).server.environment == "development"


def test_production_refuses_the_example() -> None:
    production = Environment({"SERVER_ENVIRONMENT": "production", "APP_ENV": "production"})
    with pytest.raises(SettingsError) as caught:
        load(Settings, production, Dotenv(ROOT / ".env.example"))
    assert {"SESSION_SECRET", "STORAGE_SECRET_ACCESS_KEY", "DATABASE_URL", "SERVER_PUBLIC_URL"} <= {
        problem.variable for problem in caught.value.problems
    }


def test_the_reference_has_every_variable_and_its_name_in_the_vault() -> None:
    page = reference_page()
    assert resolve(Settings, Dotenv(ROOT / ".env.example")).settings
    for name in ("`RUST_LOG`", "`SESSION-SECRET`", "`API_PUBLIC_URL`", "integer, 1 to 65535"):
        assert name in page
