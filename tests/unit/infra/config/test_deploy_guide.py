"""The deploy guide as its owner walks it: no step lacks its right and its network, and every role in it is one that is given."""

from __future__ import annotations

import re

import pytest

from infra.components.access import role_assignments
from tests.unit.infra.config.samples import ROOT

TEXT = (ROOT / "docs/guides/deploy-to-prod.md").read_text()
_STEPS = TEXT[: TEXT.index("## What only a live run can tell")]
STEPS = re.findall(r"^- \[ \] (.*?)(?=^- \[ \] |^## |\Z)", _STEPS, re.DOTALL | re.MULTILINE)


def _title(step: str) -> str:
    return " ".join(step.split())[:60]


def test_the_guide_has_steps() -> None:
    assert len(STEPS) == TEXT.count("- [ ] ") > 15


@pytest.mark.parametrize("step", STEPS, ids=_title)
@pytest.mark.parametrize("mark", ["*Right:*", "*From:*"])
def test_a_step_says_which_right_it_takes_and_from_which_network(step: str, mark: str) -> None:
    assert step.count(mark) == 1


def test_the_roles_that_a_deployer_may_give_are_those_that_the_program_gives() -> None:
    given = {value for name, value in vars(role_assignments).items() if name.isupper() and isinstance(value, str)}
    named = set(re.findall(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", _STEPS))
    assert named == given


def test_nobody_is_told_to_reach_the_closed_vault_directly() -> None:
    for folder in ("guides", "runbooks"):
        for page in (ROOT / "docs" / folder).glob("*.md"):
            assert "az keyvault secret set" not in page.read_text(), page


def test_every_live_question_has_a_way_to_look_and_a_way_out() -> None:
    live = TEXT[TEXT.index("## What only a live run can tell") : TEXT.index("Then, for people:")]
    questions = re.findall(r"^\d+\. \*\*(.*?)(?=^\d+\. \*\*|\Z)", live, re.DOTALL | re.MULTILINE)
    assert len(questions) == 10
    assert [each[:40] for each in questions if "*Look:*" not in each] == []
    assert [each[:40] for each in questions if "*Otherwise" not in each] == []
