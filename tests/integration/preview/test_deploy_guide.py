"""
The owner's walk, dry: every `pulumi config` line of the deploy guide, by the real command line, and a preview of what it makes.

One warm plan daemon previews a copy of the project; the state is a directory.
"""

import os
import re
import shutil
import subprocess

import pytest

from local_cloud.engine.pulumi_cli import find_pulumi
from tests.support.ignition_command import ROOT

GUIDE = ROOT / "docs/guides/deploy-to-prod.md"
_LINE = re.compile(r"^ *(pulumi config (?:set|rm) .*)$", re.MULTILINE)
# What a placeholder of the guide is replaced with.
_GIVEN = {
    "32-HEX-DIGITS": "0123456789abcdef0123456789abcdef",
    "ID.apps.googleusercontent.com": "7-abc.apps.googleusercontent.com",
    "sha256:DIGEST": f"sha256:{'ab' * 32}",
    "GUID": "11111111-1111-1111-1111-111111111111",
}


def lines(heading):
    """The lines of a part of the guide, in its order, by stack."""
    text = GUIDE.read_text()
    part = text[text.index(f"## {heading}") :]
    part = part[: part.index("\n## ", 4)]
    return _LINE.findall(part)


def group(heading, beginning):
    """The lines of one numbered item of a part."""
    text = GUIDE.read_text()
    part = text[text.index(f"## {heading}") :]
    item = part[part.index(beginning) :]
    return _LINE.findall(item[: re.search(r"\n\d+\. |\n## |\Z", item[4:]).start() + 4])


class Walk:
    """A copy of the project, with a stack of the real engine in a directory."""

    def __init__(self, ignition, directory):
        self.ignition = ignition
        self.project = directory / "project"
        self.project.mkdir(parents=True)
        (directory / "state").mkdir()
        for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
            shutil.copy(ROOT / name, self.project / name)
        for name in ("infra", ".venv"):
            (self.project / name).symlink_to(ROOT / name)
        self.environment = ignition.environment | {
            "PULUMI_BACKEND_URL": f"file://{directory / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PATH": f"{find_pulumi().parent}:{os.environ['PATH']}",
        }
        for stack in ("dev", "prod"):
            self.run(f"pulumi stack init {stack}")

    def run(self, line):
        """A line of the guide, as a shell runs it."""
        ran = subprocess.run(
            ["sh", "-c", line], cwd=self.project, env=self.environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{line}\n{ran.stderr}"

    def apply(self, several, registry="crignitionprod"):
        """Lines of the guide, with their placeholders filled in."""
        for line in several:
            for placeholder, value in {**_GIVEN, "REGISTRY": registry}.items():
                line = line.replace(placeholder, value)  # noqa: PLW2901  one after another
            self.run(line)

    def preview(self, stack="prod"):
        """What the previews say of the stack now."""
        ran = self.ignition("preview", stack, "--json", cwd=self.project)
        assert ran.code == 0, ran.everything
        return ran.out


@pytest.fixture
def walk(ignition, tmp_path):
    return Walk(ignition, tmp_path / "walk")


def test_every_config_line_of_the_guide_is_walked_here():
    walked = [
        *lines("2. The stack"),
        *lines("3. Deploy"),
        *lines("What only a live run can tell"),
        *lines("A way to the database, while it is wanted"),
    ]
    assert walked == _LINE.findall(GUIDE.read_text())
    assert len(walked) > 25


def test_the_first_deployment_and_the_one_with_the_own_images(walk):
    walk.apply(lines("2. The stack"))
    first = walk.preview()
    assert "crignitionprod" in first
    registry = re.search(r"crignitionprod[0-9a-f]{6}", first)[0]
    walk.apply(lines("3. Deploy"), registry)
    own = walk.preview()
    assert f"{registry}.azurecr.io/api@sha256:" in own
    assert "quickstart" not in own
    assert "docker.io" not in own
    walk.apply(lines("A way to the database, while it is wanted")[:1])
    assert "pg_stat_activity" in walk.preview()
    walk.apply(lines("A way to the database, while it is wanted")[1:])
    assert "pg_stat_activity" not in walk.preview()


def test_each_way_out_of_the_live_questions_previews(walk):
    live = "What only a live run can tell"
    certificates = group(live, "1. **A container app")
    walk.apply(certificates[:2])
    walk.preview()
    walk.apply(certificates[2:])
    assert "ManagedCertificate" in walk.preview()
    walk.apply(group(live, "9. **The region"))
    assert "francecentral" in walk.preview()
    walk.apply([*group(live, "2. **Secrets are written"), *group(live, "8. **Access before")])
    assert "privateEndpoint" in walk.preview("dev") or "PrivateEndpoint" in walk.preview("dev")
