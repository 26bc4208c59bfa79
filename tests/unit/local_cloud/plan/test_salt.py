"""The encryption salt of a stack."""

from __future__ import annotations

import pytest

from local_cloud.plan.salt import belongs_to, new_salt


def test_it_belongs_to_its_passphrase_alone() -> None:
    salt = new_salt("right")
    assert belongs_to(salt, "right")
    assert not belongs_to(salt, "wrong")


@pytest.mark.parametrize("damaged", ["", "damaged", "v1:x:v1:y:z", "a:b:c:d:e:f"])
def test_a_damaged_one_belongs_to_none(damaged: str) -> None:
    assert not belongs_to(damaged, "right")
