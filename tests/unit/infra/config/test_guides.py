"""What guides and runbooks tell people to configure is there to be configured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.unit.infra.config.samples import ROOT, problems
from tests.unit.infra.config.sections.test_keys import all_keys

PAGES = sorted(each for folder in ("guides", "runbooks") for each in (ROOT / "docs" / folder).glob("*.md"))
_KEYS = {path for path, _ in all_keys()}
_KNOWN = _KEYS | {".".join(path.split(".")[:depth]) for path in _KEYS for depth in range(1, path.count(".") + 1)}
_NO_KEYS = {"SECTION", "infra"}  # a placeholder; types of components begin with `ignition:infra:`


def keys_on(page: Path) -> set[str]:
    """Every key that a page writes out, as `ignition:database.size`."""
    found = set(re.findall(r"\bignition:([a-zA-Z_]+(?:\.[a-z_]+)*)", page.read_text()))
    return {each for each in found if each.split(".")[0] not in _NO_KEYS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_key_that_a_page_names_is_a_key(page: Path) -> None:
    assert keys_on(page) - _KNOWN == set()


def test_the_pages_name_keys() -> None:
    assert {"services.api.traffic.former", "oauth.google_secret"} <= set().union(*map(keys_on, PAGES))


def test_the_guide_on_blue_green_shows_what_is_taken() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/guides/blue-green.md").read_text(), re.DOTALL)
    assert problems("prod", {"services.api.traffic": yaml.safe_load(shown)["traffic"]}) == {}
