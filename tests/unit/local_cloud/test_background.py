"""Processes that outlive the command that started them; a real process stands in for the daemon."""

import os
import signal
import sys
import threading

import pytest

from local_cloud.background import Address, Background, BackgroundError, fingerprint

SERVES = """
import os, signal, socket, sys, time
from pathlib import Path
from local_cloud.background import Address, Background, fingerprint
server = socket.create_server(("127.0.0.1", 0))
code = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else fingerprint()
Background(Path.cwd(), (), "").publish(Address(os.getpid(), server.getsockname()[1], code, {"a": "b"}))
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(60)
"""


@pytest.fixture
def background(tmp_path):
    made = []

    def make(*arguments, script=SERVES):
        made.append(Background(tmp_path, ("-c", script, *arguments), "a test process"))
        return made[-1]

    yield make
    for each in made:
        running = each.running()
        if running is not None:
            os.kill(running.pid, signal.SIGKILL)


def _quiet(_message):
    pass


def test_it_is_started_once_and_found_again(background):
    first = background().ensure(_quiet)
    assert first.facts == {"a": "b"}
    assert background().ensure(_quiet) == first


def test_commands_that_start_it_at_the_same_time_get_the_same_one(background):
    it, found = background(), []
    threads = [threading.Thread(target=lambda: found.append(it.ensure(_quiet))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({address.pid for address in found}) == 1


def test_one_that_was_killed_is_started_anew(background):
    it = background()
    killed = it.ensure(_quiet)
    os.kill(killed.pid, signal.SIGKILL)
    os.waitpid(killed.pid, 0)
    assert it.ensure(_quiet).pid != killed.pid


def test_one_that_runs_other_code_is_replaced(background, tmp_path):
    old = background("other")
    running = old._start()
    assert old.running() == running
    assert running.fingerprint != fingerprint()
    assert old._current() is None


def test_a_pid_that_now_is_another_process_is_left_alone(background):
    it = background()
    it.publish(Address(os.getpid(), 1, fingerprint()))
    assert it.running() is None
    assert it.stop() is False


def test_a_damaged_address_counts_as_none(background, tmp_path):
    (tmp_path / "address.json").write_text("{")
    assert background().running() is None


def test_one_that_ends_at_once_shows_its_last_lines(background):
    it = background(script="raise SystemExit('no room for me')")
    with pytest.raises(BackgroundError, match=r"(?s)ended with code 1; its log is .*no room for me"):
        it.ensure(_quiet)


def test_one_that_explains_its_end_is_quoted_whole(background):
    said = "print('noise\\nerror: the disk is away\\n    psql: error: no connection', file=sys.stderr)"
    it = background(script=f"import sys; {said}; sys.exit(3)")
    with pytest.raises(BackgroundError) as raised:
        it.ensure(_quiet)
    assert str(raised.value) == "the disk is away\n    psql: error: no connection"


def test_one_that_does_not_end_says_how_to_end_it(background):
    it = background("", "deaf")
    running = it.ensure(_quiet)
    with pytest.raises(BackgroundError, match=f"kill -9 {running.pid}"):
        it.stop(wait_s=0.2)
    os.kill(running.pid, signal.SIGKILL)


def test_another_interpreter_is_other_code(monkeypatch):
    before = fingerprint()
    monkeypatch.setattr(sys, "executable", "/another/environment/bin/python")
    assert fingerprint() != before
