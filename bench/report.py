"""
The report of a change: how long `ignition report prod --base HEAD` takes, with the base's plan made anew and with the kept one.

`python -m bench.report` prints a table and ends with 1 when a promise is broken. It measures in a repository of its own with the program
in it, so that what is not committed here does not matter.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Row, report, seconds
from tests.support.ignition_command import ROOT, Ignition

ROUNDS = 5


def repository(place: Path) -> Path:
    """A repository of this program, with one change that is not committed."""
    place.mkdir()
    for part in ("infra", "app_config", "policy"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("Pulumi*.yaml"), *ROOT.glob("accepted-exceptions.yaml")):
        shutil.copy(file, place / file.name)
    git(place, "init", "--quiet", "--initial-branch", "main")
    commit(place)
    config = place / "Pulumi.prod.yaml"
    config.write_text(config.read_text().replace("ignition_api=info", "ignition_api=debug"))
    return place


def git(place: Path, *arguments: str) -> None:
    """Runs git in the repository."""
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(place), *who, *arguments], check=True)


def commit(place: Path) -> None:
    """A commit of another id, so that no plan of it is kept."""
    git(place, "add", ".")
    git(place, "commit", "--quiet", "--allow-empty", "--message", "Another")


def rows(scratch: Path) -> Iterator[Row]:
    """Every figure, as soon as it is measured."""
    ignition = Ignition(scratch / "state")
    place = repository(scratch / "repository")

    def made() -> None:
        ran = ignition("report", "prod", "--base", "main", "--out", str(scratch / "out"), cwd=place)
        assert ran.code == 0, ran.everything

    def with_new_base() -> float:
        git(place, "commit", "--quiet", "--allow-empty", "--message", "Another")
        return seconds(made)

    try:
        made()  # the daemon starts
        yield Row(
            "report of prod, base's plan made anew", statistics.median(with_new_base() for _ in range(ROUNDS)), "s", 4
        )
        yield Row("report of prod, base's plan kept", statistics.median(seconds(made) for _ in range(ROUNDS)), "s", 4)
        yield Row("report.html", (scratch / "out" / "report.html").stat().st_size / 1024, "KB")
    finally:
        ignition.close()


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    with tempfile.TemporaryDirectory() as scratch:
        return report(rows(Path(scratch)))


if __name__ == "__main__":
    raise SystemExit(main())
