from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from ignition.diagnosis import apps, machine, programs, state
from ignition.diagnosis.finding import Finding
from ignition.doctor import command
from local_cloud.engine.binaries import Binary, Cache, Obtained, OnPath
from local_cloud.runtime.network.ports import free_port, is_free
from local_cloud.runtime.processes.process import Process


def _only(findings: Sequence[Finding]) -> Finding:
    [finding] = findings
    return finding


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def _binary(*, obtained: bool) -> Binary:
    def obtain(*_: object) -> str:
        raise AssertionError("nothing may be obtained by looking")

    sources = (OnPath(), Obtained("a build", obtain)) if obtained else (OnPath(),)
    return Binary(
        name="ignition-test-program",
        version="1.0.0",
        below="2",
        version_argv=("--version",),
        sources=sources,
        remedy="Install it.",
    )


def test_a_program_that_nothing_provides_is_wrong_and_says_how_to_get_it(tmp_path: Path) -> None:
    finding = _only(programs.programs([_binary(obtained=False)], Cache(tmp_path)))
    assert (finding.state, finding.fix) == ("wrong", "Install it.")


def test_a_program_that_go_can_build_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "go_version", lambda: (1, 26))
    assert _only(programs.programs([_binary(obtained=True)], Cache(tmp_path))).state == "note"


@pytest.mark.parametrize("go", [None, (1, 21)])
def test_without_a_new_enough_go_it_is_wrong(
    go: tuple[int, int] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "go_version", lambda: go)
    assert _only(programs.programs([_binary(obtained=True)], Cache(tmp_path))).state == "wrong"


def test_a_directory_that_cannot_be_made_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    finding = state.writable(file / "state")
    assert finding.state == "wrong"
    assert "--state-dir" in (finding.fix or "")


@pytest.mark.parametrize(("gib", "expected"), [(0.5, "wrong"), (2, "note"), (50, "ok")])
def test_little_room_is_said_before_it_runs_out(gib: float, expected: str, tmp_path: Path) -> None:
    finding = state._room("state", tmp_path, lambda _place: SimpleNamespace(free=gib * 2**30))
    assert finding.state == expected


def test_a_taken_port_names_its_owner(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(json.dumps({"console": taken}))
    finding = _only(state.ports(tmp_path))
    assert finding.state == "note"
    assert f"port {taken} of console is taken by" in finding.detail
    assert "(pid " in finding.detail


def test_a_port_that_configuration_fixes_is_changed_there(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.yaml").write_text(f"console: {taken}")
    finding = _only(state.ports(tmp_path))
    assert finding.state == "wrong"
    assert str(tmp_path / "ports.yaml") in (finding.fix or "")


@pytest.mark.parametrize(
    "name", ["settings.json", "ports.json", "ports.yaml", "pulumi/.pulumi/stacks/ignition/local.json"]
)
def test_a_damaged_record_is_named_with_its_repair(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{ torn")
    finding = _only(state.files(tmp_path))
    assert finding.state == "wrong"
    assert str(file) in finding.detail


def test_a_damaged_stack_is_brought_back_from_its_backup(tmp_path: Path) -> None:
    stack = tmp_path / "pulumi" / ".pulumi" / "stacks" / "ignition" / "local.json"
    stack.parent.mkdir(parents=True)
    stack.write_text("{ torn")
    stack.with_name("local.json.bak").write_text("{}")
    assert f"cp {stack}.bak {stack}" in (_only(state.files(tmp_path)).fix or "")


def test_a_daemon_that_was_killed_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "address.json").write_text('{"pid": 4194304, "port": 1, "fingerprint": "", "facts": {}}')
    assert state.daemon(tmp_path).state == "note"


def test_a_name_that_leads_elsewhere_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.113.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: elsewhere)
    finding = machine.local_names()
    assert (finding.state, "203.0.113.7" in finding.detail) == ("note", True)


def test_root_without_an_account_for_postgresql_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwall", list)
    assert "useradd" in (machine.account().fix or "")


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = ['no-such-package-at-all>=1; extra == "local"', 'neither-this; extra == "dev"']
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: declared)
    finding = machine.packages()
    assert (finding.detail, finding.fix) == ("no-such-package-at-all is missing", "`make setup`")


def test_this_machine_is_fit_and_programs_can_read_that(tmp_path: Path) -> None:
    answer = CliRunner().invoke(command, ["--json", "--state-dir", str(tmp_path / "state")])
    assert answer.exit_code == 0, answer.output
    assert {finding["what"] for finding in json.loads(answer.output)} >= {"python", "pulumi", "postgres", "disk"}
    assert not (tmp_path / "state").exists()


def test_ports_of_parts_that_a_killed_daemon_left_are_not_foreign(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "ports.json").write_text(json.dumps({"part": port}))
    serve = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(600)"
    part = Process(
        "part",
        [sys.executable, "-c", serve],
        env={},
        cwd=tmp_path,
        log_file=tmp_path / "part.log",
        pid_file=tmp_path / "part.pid",
        ready=lambda: not is_free(port),
    )
    part.start()
    try:
        assert state.ports(tmp_path) == ()
    finally:
        part.stop()
    assert _only(state.ports(tmp_path)).state == "ok"


def test_an_app_that_other_machines_reach_is_a_note_with_what_to_change(tmp_path: Path) -> None:
    exposed = {"problem": "api listens on 0.0.0.0:8080", "fix": "let it not"}
    finding = _only(apps.listeners(tmp_path, lambda _: {"apps": [{"exposed": exposed}, {"exposed": None}]}))
    assert (finding.state, finding.detail, finding.fix) == ("note", exposed["problem"], exposed["fix"])


def test_apps_on_loopback_are_fine_and_where_nothing_runs_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert _only(apps.listeners(tmp_path, lambda _: {"apps": [{"exposed": None}]})).state == "ok"
    assert apps.listeners(tmp_path) == ()
