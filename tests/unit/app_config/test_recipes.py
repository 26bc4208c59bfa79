"""The recipes in the guide are Python, and those that can run here do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app_config import Explicit, Settings, load
from tests.unit.app_config.samples import PRODUCTION, PRODUCTION_SECRETS

GUIDE = Path(__file__).parents[3] / "docs/guides/settings-recipes.md"
RECIPES = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)


def _recipe(text: str) -> str:
    (found,) = (recipe for recipe in RECIPES if text in recipe)
    return found


@pytest.mark.parametrize("recipe", RECIPES, ids=range(len(RECIPES)))
def test_every_recipe_is_python_of_names_that_exist(recipe: str) -> None:
    compile(recipe, "recipe", "exec")
    for names in re.findall(r"^from app_config import (.*)$", recipe, re.MULTILINE):
        exec(f"from app_config import {names}", {})  # noqa: S102  our own guide


@pytest.mark.usefixtures("_environment")
def test_the_django_recipe_gives_django_its_settings() -> None:
    found: dict[str, Any] = {}
    exec(_recipe("DATABASES"), found)  # noqa: S102  our own guide
    database = found["DATABASES"]["default"]
    assert database["PASSWORD"] == "kQ7markDB/z"
    assert database["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/ca.pem"}
    assert found["SECRET_KEY"] == PRODUCTION_SECRETS["SESSION_SECRET"]
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["api.ecent.online"]


def test_the_boto3_recipe_makes_a_client_of_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("boto3")
    recipe = _recipe("boto3").rpartition("r2.list")[0]
    found: dict[str, Any] = {"settings": load(Settings, Explicit(PRODUCTION))}
    exec(recipe, found)  # noqa: S102  our own guide
    assert found["r2"].meta.endpoint_url == PRODUCTION["STORAGE_ENDPOINT"]
