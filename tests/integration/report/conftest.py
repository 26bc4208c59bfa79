"""The command with a warm daemon, and a git repository of this project with a change in its second commit."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.support.ignition_command import ROOT, Ignition

_PARTS = ("infra", "app_config", "policy")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BUCKET = '        cloudflare.R2Bucket("archive", account_id="0" * 32, name="ignition-archive")\n'
_DECLARED = "        outputs = declare(read())\n"


@pytest.fixture(scope="package")
def ignition(tmp_path_factory):
    command = Ignition(tmp_path_factory.mktemp("state"))
    yield command
    command.close()


@dataclass(frozen=True)
class Repository:
    """A repository of this project."""

    place: Path

    def git(self, *arguments):
        who = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
        ran = subprocess.run(["git", "-C", self.place, *who, *arguments], check=True, capture_output=True, text=True)
        return ran.stdout.strip()

    def change(self, file, old, new):
        path = self.place / file
        text = path.read_text()
        assert old in text, (file, old)
        path.write_text(text.replace(old, new, 1))


def make_repository(place):
    """The project with a bucket more than it has, committed."""
    place.mkdir(parents=True)
    for part in _PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*ROOT.glob("Pulumi*.yaml"), *ROOT.glob("accepted-exceptions.yaml")):
        shutil.copy(file, place / file.name)
    made = Repository(place)
    made.change("infra/__main__.py", "import pulumi\n", "import pulumi\nimport pulumi_cloudflare as cloudflare\n")
    made.change("infra/__main__.py", _DECLARED, _DECLARED + BUCKET)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("add", ".")
    made.git("commit", "--quiet", "--message", "The base")
    return made


@pytest.fixture(scope="package")
def repository(tmp_path_factory):
    """Since main: another size of the database, another setting, a bucket less, and apps of other names."""
    made = make_repository(tmp_path_factory.mktemp("repository") / "project")
    made.git("checkout", "--quiet", "-b", "change")
    made.change("infra/__main__.py", BUCKET, "")
    made.change(
        "Pulumi.prod.yaml",
        "  ignition:oauth:\n",
        "  ignition:database:\n    size: Standard_D4ds_v5\n  ignition:oauth:\n",
    )
    made.change("Pulumi.prod.yaml", "log: ignition_api=info,tower_http=info", "log: ignition_api=debug")
    made.change("infra/names.py", 'f"{self.stem}-{app}")', 'f"{self.stem}-{app}-new")')
    made.git("commit", "--quiet", "--all", "--message", "The change")
    return made


@pytest.fixture(scope="package")
def written(ignition, repository, tmp_path_factory):
    """The report of that change, by file name."""
    out = tmp_path_factory.mktemp("out") / "report"
    ran = ignition("report", "prod", "--base", "main", "--out", str(out), cwd=repository.place)
    assert ran.code == 0, ran.everything
    return {file.name: file for file in out.iterdir()}


@pytest.fixture(scope="package")
def browser(tmp_path_factory):
    program = next((found for each in _BROWSERS if (found := shutil.which(each))), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no Chromium with its driver here: `apt-get install chromium chromium-driver`")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    profile = tmp_path_factory.mktemp("profile")
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()
