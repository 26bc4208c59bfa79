from __future__ import annotations

import stat
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ignition.developer.trust import Store, anchor_name, command, commands_for, renewal
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.runtime.tls.replaced import replaced_in


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    return LocalCA(tmp_path / "state" / "ca").ca_file


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A system's store in a directory of the test's own, with an `update` program that notes that it was run."""
    anchors, programs = tmp_path / "anchors", tmp_path / "bin"
    anchors.mkdir()
    programs.mkdir()
    update = programs / "update-ca-certificates"
    update.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path / "updated"}\n')
    update.chmod(update.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return Store("a test", anchors, ("update-ca-certificates",))


def test_root_needs_no_sudo_and_everybody_else_does(ca_file: Path, store: Store) -> None:
    as_root = commands_for(ca_file, platform="linux", stores=[store], root=True)
    as_user = commands_for(ca_file, platform="linux", stores=[store], root=False)
    assert [argv[0] for argv in as_root] == ["install", "update-ca-certificates"]
    assert as_user == [("sudo", *argv) for argv in as_root]


def test_macos_uses_its_keychain(ca_file: Path) -> None:
    [argv] = commands_for(ca_file, platform="darwin", stores=[], root=False)
    assert argv[:3] == ("sudo", "security", "add-trusted-cert")
    assert argv[-1] == str(ca_file)


def test_an_unknown_system_is_told_how_programs_take_the_file(ca_file: Path) -> None:
    with pytest.raises(click.ClickException, match=f"curl --cacert {ca_file}"):
        commands_for(ca_file, platform="linux", stores=[], root=True)


def test_two_authorities_have_two_names_in_the_store(ca_file: Path, tmp_path: Path) -> None:
    assert anchor_name(ca_file) != anchor_name(LocalCA(tmp_path / "other").ca_file)


def test_it_is_put_in_and_taken_out(
    ca_file: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ignition.developer.trust.STORES", (store,))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    state = ["--state-dir", str(tmp_path / "state"), "--yes"]
    assert CliRunner().invoke(command, state).exit_code == 0
    assert (store.anchors / anchor_name(ca_file)).read_bytes() == ca_file.read_bytes()
    assert CliRunner().invoke(command, [*state, "--remove"]).exit_code == 0
    assert list(store.anchors.iterdir()) == []
    assert (tmp_path / "updated").read_text().split("\n")[:2] == ["", "--fresh"]


def test_without_a_yes_nothing_is_run(
    ca_file: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ignition.developer.trust.STORES", (store,))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    answer = CliRunner().invoke(command, ["--state-dir", str(tmp_path / "state")], input="n\n")
    assert answer.exit_code == 1
    assert "install -m 644" in answer.output
    assert list(store.anchors.iterdir()) == []


def test_an_authority_that_is_not_there_yet_is_said(tmp_path: Path) -> None:
    answer = CliRunner().invoke(command, ["--state-dir", str(tmp_path)])
    assert (answer.exit_code, "`ignition up` creates it" in answer.output) == (1, True)


def test_the_certificate_from_before_is_taken_out_with_it(
    ca_file: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ignition.developer.trust.STORES", (store,))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    state = ["--state-dir", str(tmp_path / "state"), "--yes"]
    assert CliRunner().invoke(command, state).exit_code == 0
    LocalCA(ca_file.parent, permitted=("ecent.online",))
    answer = CliRunner().invoke(command, state)
    assert "Trusted until " in answer.output
    assert [each.name for each in store.anchors.iterdir()] == [anchor_name(ca_file)]
    assert replaced_in(ca_file.parent) == []


def test_macos_takes_the_certificate_from_before_out_of_its_keychain(ca_file: Path, tmp_path: Path) -> None:
    argv, _ = commands_for(ca_file, replaced=[tmp_path / "old.pem"], platform="darwin", stores=[], root=True)
    assert argv == ("security", "remove-trusted-cert", "-d", str(tmp_path / "old.pem"))


def test_a_replaced_certificate_is_said_while_the_store_has_it(ca_file: Path, store: Store) -> None:
    later = lambda: time.time() + 90_000  # noqa: E731  a clock
    assert renewal(ca_file.parent, [store]) is None
    (store.anchors / anchor_name(ca_file)).write_bytes(ca_file.read_bytes())
    LocalCA(ca_file.parent, permitted=("ecent.online",))
    assert "run `ignition trust`" in str(renewal(ca_file.parent, [store], later))
    next(store.anchors.iterdir()).unlink()
    assert renewal(ca_file.parent, [store], later) is None


def test_a_replaced_certificate_is_said_for_a_day_because_browsers_may_have_it(ca_file: Path, store: Store) -> None:
    LocalCA(ca_file.parent, permitted=("ecent.online",))
    assert "into the browsers that had it" in str(renewal(ca_file.parent, [store]))
