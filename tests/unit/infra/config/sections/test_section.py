"""What every section of the configuration has in common."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import ValidationError

from infra.config.sections.cloudflare import TransitionSection
from infra.config.sections.section import Section, keys_of
from tests.unit.infra.config.samples import config, problems


def test_a_section_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        config("prod").database.storage_gb = 1


def test_a_section_that_the_program_makes_is_checked_like_one_from_the_stacks_file() -> None:
    with pytest.raises(ValidationError, match="must be 1 to 3,650 days"):
        TransitionSection(prefix="logs/", after_days=0)


def test_a_field_without_a_key_is_refused_by_name() -> None:
    class Undescribed(Section):
        size: Annotated[int, "no key"] = 1

    with pytest.raises(TypeError, match=r"Undescribed\.size has no description"):
        keys_of(Undescribed)


def test_a_whole_number_stays_whole_where_a_fraction_is_allowed() -> None:
    assert str(config("prod", monitoring__budget_per_month=80).monitoring.budget_per_month) == "80"


def test_an_item_inside_a_section_of_a_list_is_named_by_its_full_place() -> None:
    found = problems("prod", {"object_storage.transitions": [{"prefix": "a/", "after_days": 1}, {"after_days": 0}]})
    assert set(found) == {"object_storage.transitions[1].prefix", "object_storage.transitions[1].after_days"}
