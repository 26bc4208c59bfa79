from __future__ import annotations

import pytest

from infra.components.apps.service_template import suffix_of
from tests.unit.infra.components import examples
from tests.unit.infra.components.examples import container


def test_a_suffix_begins_with_a_letter_and_holds_letters_and_digits_only() -> None:
    suffixes = {suffix_of(str(number)) for number in range(50)}
    assert len(suffixes) == 50
    assert all(each[0] == "r" and each.isalnum() and each == each.lower() for each in suffixes)


@pytest.mark.parametrize("cpu", [0.1, 0.3, 4.25])
def test_cpus_that_azure_does_not_give_are_refused(cpu: float) -> None:
    with pytest.raises(ValueError, match=r"in steps of 0\.25"):
        container(cpu=cpu)


def test_a_variable_bound_twice_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL is bound both"):
        container(env={"DATABASE_URL": "x"})


def test_a_probe_path_without_a_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with a slash"):
        examples.service(liveness_path="health")


@pytest.mark.parametrize(("least", "most"), [(-1, 2), (0, 0), (0, 1001)])
def test_replicas_that_cannot_be_are_refused(least: int, most: int) -> None:
    with pytest.raises(ValueError, match="it must be"):
        examples.service(min_replicas=least, max_replicas=most)
