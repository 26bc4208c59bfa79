"""What a local cloud cannot take is refused before anything of it stops."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ignition.platform.local_settings import refuse_what_cannot_change
from local_cloud.daemon.settings import Settings
from local_cloud.daemon.stack import checkpoint_file
from local_cloud.plan.throwaway import StackError

SETTINGS = Settings(stack="ignition/local", project="/project", zone="ecent.online")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    SETTINGS.save(tmp_path)
    checkpoint = checkpoint_file(tmp_path, SETTINGS)
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text("{}")
    (tmp_path / "ports.json").write_text(json.dumps({"edge": 20_001, "console": 20_002, "api/replica/app": 20_003}))
    return tmp_path


def test_the_same_settings_pass(state: Path) -> None:
    refuse_what_cannot_change(replace(SETTINGS, ports={"edge": 8443}), state)


def test_another_zone_is_refused_with_the_ways_out(state: Path) -> None:
    with pytest.raises(
        StackError, match=r"`ignition:zone` is other\.example, and .* serves ecent\.online\. Change it back"
    ):
        refuse_what_cannot_change(replace(SETTINGS, zone="other.example"), state)


def test_another_zone_is_fine_before_anything_was_made(tmp_path: Path) -> None:
    SETTINGS.save(tmp_path)
    refuse_what_cannot_change(replace(SETTINGS, zone="other.example"), tmp_path)


def test_a_port_for_an_unknown_part_is_refused_with_the_parts_that_there_are(state: Path) -> None:
    with pytest.raises(StackError, match=r"gives a port to egde.*parts: console, edge$"):
        refuse_what_cannot_change(replace(SETTINGS, ports={"egde": 8443}), state)
