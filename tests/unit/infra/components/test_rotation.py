from __future__ import annotations

import pytest

from infra.components.rotation import Rotation


def test_generations_belong_to_slots() -> None:
    rotation = Rotation(a=2, b=3)
    assert (rotation.generation("a"), rotation.generation("b")) == (2, 3)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"active": "c"}, "one of a, b"), ({"b": 0}, "generation b is 0: generations count from 1")],
)
def test_an_impossible_rotation_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Rotation(**changes)
