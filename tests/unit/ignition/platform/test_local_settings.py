"""What the local stack's file says of the local cloud itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ignition.platform.local_settings import of_project
from local_cloud.plan.throwaway import StackError

ROOT = Path(__file__).parents[4]


def project(directory: Path, **config: Any) -> Path:
    for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
        shutil.copy(ROOT / name, directory / name)
    file = directory / "Pulumi.local.yaml"
    document = yaml.safe_load(file.read_text())
    document["config"] |= config
    file.write_text(yaml.safe_dump(document))
    return directory


def test_databases_are_not_backed_up_unless_asked_for(tmp_path: Path) -> None:
    assert of_project(project(tmp_path), tmp_path).backups_mb == 0


@pytest.mark.parametrize("size", [512, "512"])
def test_other_backups_are_another_daemon(tmp_path: Path, size: object) -> None:
    without = of_project(project(tmp_path), tmp_path)
    backed_up = of_project(project(tmp_path, **{"local:database_backups_mb": size}), tmp_path)
    assert backed_up.backups_mb == 512
    assert backed_up.of_daemon != without.of_daemon


@pytest.mark.parametrize("size", ["512MB", 1, -1, True])
def test_a_size_of_backups_that_cannot_be_is_refused_with_what_to_write(tmp_path: Path, size: object) -> None:
    with pytest.raises(StackError, match=r"database_backups_mb is .*; write the size in MiB .* 64 or more, or 0"):
        of_project(project(tmp_path, **{"local:database_backups_mb": size}), tmp_path)
