"""Wrong configuration of this repository's own program, through the engine."""

import shutil

import pytest
import yaml

from tests.support.ignition_command import ROOT


@pytest.fixture
def copied(tmp_path):
    """The program in a directory of its own, and a way to change a stack of it."""
    shutil.copytree(ROOT / "infra", tmp_path / "infra")
    (tmp_path / "app_config").symlink_to(ROOT / "app_config")
    document = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    document["runtime"] = "python"
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(document))

    def change(stack, **values):
        document = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())
        document["config"] |= {f"ignition:{name}": value for name, value in values.items()}
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(document))
        return tmp_path

    return change


def test_every_problem_is_told_at_once_without_a_traceback(ignition, copied):
    where = copied(
        "dev", nonsense=1, zone={"name": "Ecent Online"}, database={"size": "Standard_B1ms", "storage_gb": "much"}
    )
    ran = ignition("preview", "dev", cwd=where)
    assert ran.code == 1
    for key in ("ignition:nonsense", "ignition:zone.name", "ignition:database.storage_gb"):
        assert key in ran.everything
    assert "problems in the stack's configuration" in ran.everything
    assert "Traceback" not in ran.everything


def test_nothing_is_registered_before_the_configuration_is_sound(ignition, copied):
    ran = ignition("preview", "dev", cwd=copied("dev", nonsense=1))
    assert "azure-native:" not in ran.everything
