"""The secrets by which the backend knows the edge, and their rotation."""

from __future__ import annotations

from infra.components.edge.edge_secret import EdgeSecret
from infra.config.sections.rotation import RotationSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def secret(**rotation: object) -> Program[EdgeSecret]:
    return declare(lambda: EdgeSecret("edge-secret", examples.edge_secret(rotation=RotationSection(**rotation))))


def test_there_are_two_and_the_edge_sends_the_active_one() -> None:
    for active, slot in (("a", "secret_a"), ("b", "secret_b")):
        outputs = secret(active=active).outputs
        assert outputs["secret_a"] != outputs["secret_b"]
        assert outputs["active"] == outputs[slot]


def test_only_the_slot_whose_number_is_raised_is_made_anew() -> None:
    keepers = {each.name: each.inputs["keepers"] for each in secret(active="a", b=2).of("RandomPassword")}
    assert keepers == {"edge-secret-a": {"generation": "1"}, "edge-secret-b": {"generation": "2"}}
