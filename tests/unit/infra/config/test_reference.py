from __future__ import annotations

from infra.config.reference import page
from tests.unit.infra.config.samples import ROOT
from tests.unit.infra.config.sections.test_keys import all_keys


def test_the_page_is_what_the_classes_say() -> None:
    written = (ROOT / "docs/reference/configuration.md").read_text()
    assert written == page(), "run `python -m infra.config.reference docs/reference/configuration.md`"


def test_every_key_is_on_the_page() -> None:
    assert [path for path, spec in all_keys() if f"| `{spec.name}` |" not in page()] == []
