"""The limits that keep the packages readable: modules that fit on a few screens, packages that fit on one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("app_config", "infra", "local_cloud", "ignition")
LONGEST_MODULE: Final = 350
MOST_MODULES: Final = 16


def _modules(package: str) -> list[Path]:
    return [file for file in sorted((ROOT / package).rglob("*.py")) if "__pycache__" not in file.parts]


@pytest.mark.parametrize("package", sorted({*PACKAGES} - {"infra"}))
def test_no_module_is_too_long(package: str) -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in _modules(package)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_has_too_many_modules_side_by_side(package: str) -> None:
    directories = {file.parent for file in _modules(package)}
    counts = {str(each.relative_to(ROOT)): len(list(each.glob("*.py"))) for each in directories}
    assert {name: count for name, count in counts.items() if count > MOST_MODULES} == {}
