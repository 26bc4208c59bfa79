from __future__ import annotations

import pytest

from infra.config.sections.rotation import RotationSection


def test_generations_belong_to_slots() -> None:
    rotation = RotationSection(a=2, b=3)
    assert (rotation.generation("a"), rotation.generation("b")) == (2, 3)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"active": "c"}, "'a' or 'b'"), ({"b": 0}, "it must be 1 to 10,000")],
)
def test_an_impossible_rotation_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        RotationSection(**changes)
