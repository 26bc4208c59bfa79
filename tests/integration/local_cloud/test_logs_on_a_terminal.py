"""What `ignition logs` lets through to a terminal of an app that logged what a stranger sent it."""

import os
import pty
import subprocess
import sys

import httpx
import pytest

from local_cloud.daemon.control.client import connect
from local_cloud.daemon.control.token import read_token
from tests.support.waiting import until

HOSTILE = (
    b"\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x1b\\\x1b[2J\x1b[31mred\x1b[0m\x9b6n and \xc2\x9b6n\rover \xe2\x80\xaethgir\n"
)
SHOWN = "red\ufffd6n and over thgir"


@pytest.fixture
def log(platform):
    """The api's log file, with a line that takes the terminal over."""
    (file,) = (platform.state / "container-apps" / "run").glob("*-api/**/*.log")
    with file.open("ab") as stream:
        stream.write(HOSTILE)
    return file


def _on_a_terminal(platform, *arguments):
    """What the command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ignition", *arguments, "--state-dir", str(platform.state)],
        cwd=platform.project,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        written = b""
        try:
            while read := os.read(ours, 65536):
                written += read
        except OSError:  # how Linux says that the other end was closed
            pass
    os.close(ours)
    return written


def test_a_terminal_gets_the_words_and_nothing_that_it_obeys(platform, log):
    written = _on_a_terminal(platform, "logs", "api").replace(b"\r\n", b"\n")
    assert f"{SHOWN}\n".encode() in written
    assert [byte for byte in written if byte < 0x20 and byte not in b"\n\t"] == []
    assert HOSTILE in log.read_bytes()


def test_the_consoles_view_of_a_log_gets_the_same(platform, log):
    client = connect(platform.state)
    url = f"http://127.0.0.1:{client.address.facts['control_port']}/api/logs/api/events"
    headers = {"Authorization": f"Bearer {read_token(platform.state)}"}
    got = []
    with httpx.stream("GET", url, headers=headers, trust_env=False) as answer:
        lines = answer.iter_lines()
        until(lambda: got.append(next(lines)) or "thgir" in got[-1], "the line among the events")
    assert "red\\ufffd6n and over thgir" in got[-1]
    assert [escape for escape in ("\\u001b", "\\u009b", "\\u0007", "\\r", "\\u202e") if escape in got[-1]] == []
