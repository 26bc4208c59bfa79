"""The reference page of the resource types."""

import re

import pytest

from local_cloud import reference
from local_cloud.catalog import PACKAGES

TYPES = [each for package in PACKAGES for each in package.types]


def test_the_page_is_what_the_types_say():
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), (
        "run `python -m local_cloud.reference --write`"
    )


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda each: each.token)
def test_every_type_has_a_section_and_a_row_that_leads_to_it(resource_type):
    page = reference.page()
    anchors = {
        re.sub(r"[^a-z0-9-]", "", heading.lower()) for heading in re.findall(r"^### `(.*)`$", page, re.MULTILINE)
    }
    (anchor,) = re.findall(
        rf"^\| \[`[^`]+`\]\(#([^)]*{resource_type.token.rsplit(':', 1)[-1].lower()})\).*\| "
        rf"{'real' if resource_type.real else 'state only'} \| {len(resource_type.all_rules)} "
        rf"\| {len(resource_type.all_plan_rules)} \| (?:not yet|\d{{4}}-\d\d-\d\d) \|$",
        page,
        re.MULTILINE,
    )
    assert anchor in anchors


def test_every_rule_is_told_with_its_source():
    page = reference.page()
    missing = [
        rule
        for each in TYPES
        for rule in each.all_rules
        if f"`{rule.path}`: " not in page or f"({rule.source})" not in page
    ]
    assert missing == []


def test_every_rule_over_the_plan_is_told_with_its_id_and_source():
    page = reference.page()
    rules = [rule for each in TYPES for rule in each.all_plan_rules]
    assert rules
    assert [rule.id for rule in rules if f"`{rule.id}`" not in page or f"({rule.source})" not in page] == []


def test_every_source_is_an_address():
    sources = {rule.source for each in TYPES for rule in (*each.all_rules, *each.all_plan_rules)}
    assert [each for each in sources if not re.fullmatch(r"https://[^\s)]+", each)] == []


def test_a_page_that_is_out_of_date_is_told_and_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "PAGE", tmp_path / "resource-types.md")
    assert reference.main([]) == 1
    assert "--write" in capsys.readouterr().err
    assert reference.main(["--write"]) == 0
    assert reference.main([]) == 0
