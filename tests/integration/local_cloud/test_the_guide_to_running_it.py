"""Every command of `docs/guides/run-locally.md`, typed in its order in a project of its own."""

import os
import re
import subprocess
import sys

import pytest

from tests.support import rollouts
from tests.support.local_platform import ROOT
from tests.support.rollouts import JOB

GUIDE = (ROOT / "docs/guides/run-locally.md").read_text(encoding="utf-8")
UP, OPEN = "The Ignition platform on this machine", "http://127.0.0.1:"
EXPECTED = {
    "make up": None,  # the next one is all that it does after the build
    ".venv/bin/ignition up": UP,
    "ignition status": UP,
    ".venv/bin/ignition doctor": "ok    python: ",
    "ignition up": UP,
    "curl --cacert .../ca.pem --connect-to ::127.0.0.1:PORT https://api.ecent.online/health": "ok",
    "ignition trust": None,  # it would change the certificates that this machine trusts
    ".venv/bin/ignition up --run api='cargo run --bin ignition-api' --cwd api=../backend": UP,
    ".venv/bin/ignition up --run api=": UP,
    ".venv/bin/ignition exec api -- cargo test": "postgresql://",
    ".venv/bin/ignition exec api -- sqlx migrate run": None,  # the backend's migrations are not here
    ".venv/bin/ignition logs api": "api",
    ".venv/bin/ignition psql": "ignition",
    ".venv/bin/ignition open console": "",
    ".venv/bin/ignition job NAME": f"{JOB}-",
    "ignition open console": "",
    "ignition open console --print": OPEN,
    ".venv/bin/ignition pulumi -- preview --diff": "unchanged",
    "ignition pulumi --": None,  # the reader completes it
    "ignition status --json": '"endpoints"',
    "ignition up --refresh": UP,
    "make down": None,  # it runs `ignition down`, as below
    ".venv/bin/ignition reset": "",
}
"""What each command prints, or None for those that the test does not type, with the reason."""

ANSWERS = {".venv/bin/ignition psql": "select current_database();", ".venv/bin/ignition reset": "y"}
"""What the reader types when the command has begun."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = rollouts.make(tmp_path_factory.mktemp("guide"))
    rollouts.wish(made, "job", [sys.executable, "-c", "print(1)"])
    yield made
    made.remove()


def commands():
    """The commands that the guide shows, without their comments, in its order."""
    spans = re.findall(r"`([^`]+)`|^ +(\.venv/bin/ignition .+?)(?: {2,}#.*)?$", GUIDE.replace("```", ""), re.MULTILINE)
    lines = [" ".join((inline or block).split()) for inline, block in spans]
    return list(dict.fromkeys(line for line in lines if re.match(r"(\.venv/bin/)?(ignition|curl|make) ", line)))


def of_this_machine(platform, command):
    """The command with the reader's own names in it."""
    if command.startswith("curl"):
        address = platform.status()["endpoints"]["api"]["address"]
        return command.replace(".../ca.pem", platform.status()["ca_file"]).replace("127.0.0.1:PORT", address)
    command = command.replace("cargo test", "printenv DATABASE_URL")
    command = command.replace("cargo run --bin ignition-api", f"{sys.executable} -m examples.backend")
    return command.replace("api=../backend", f"api={ROOT}").replace("job NAME", f"job {JOB}")


def typed(platform, command):
    """Types a command at a shell in the project, as its owner would."""
    environment = os.environ | {
        "IGNITION_STATE_DIR": str(platform.state),
        "PATH": f"{platform.project / '.venv/bin'}:{os.environ['PATH']}",
        "BROWSER": "true",  # a browser that opens whatever it is given
    }
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=platform.project,
        env=environment,
        input=ANSWERS.get(command, ""),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_test_knows_every_command_of_the_guide():
    assert commands() == list(EXPECTED)


def test_every_command_works_in_the_order_of_the_guide(platform):
    for command, expected in EXPECTED.items():
        if expected is not None:
            ran = typed(platform, of_this_machine(platform, command))
            assert (command, ran.returncode) == (command, 0), ran.stdout + ran.stderr
            assert expected in ran.stdout, (command, ran.stdout, ran.stderr)
    assert not platform.state.exists() or not any(platform.state.iterdir())
