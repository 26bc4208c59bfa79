"""Ports that a person chose."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.daemon.state import fixed_ports as module
from local_cloud.daemon.state.fixed_ports import fixed_ports, refuse_unknown_parts
from local_cloud.plan.throwaway import StackError


@pytest.mark.parametrize("text", [None, "", "# edge: 8443"])
def test_none_are_chosen(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "ports.yaml").write_text(text)
    assert fixed_ports(tmp_path) == {}


def test_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "ports.yaml").write_text("edge: 8443\nkey vault: 8444\n")
    assert fixed_ports(tmp_path) == {"edge": 8443, "key vault": 8444}


@pytest.mark.parametrize("port", ["0", "65536", "true", "'8443'", "84.43", "[8443]"])
def test_what_is_no_port_is_refused(tmp_path: Path, port: str) -> None:
    (tmp_path / "ports.yaml").write_text(f"edge: {port}\n")
    with pytest.raises(StackError, match=r"edge: .+ is not a valid port; write a number from 1 to 65535"):
        fixed_ports(tmp_path)


def test_a_port_for_root_alone_is_refused_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unprivileged").write_text("1024")
    (tmp_path / "ports.yaml").write_text("edge: 443\n")
    monkeypatch.setattr(module, "_UNPRIVILEGED", tmp_path / "unprivileged")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(StackError, match="443 is for root alone on this machine; write a number from 1024 on"):
        fixed_ports(tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert fixed_ports(tmp_path) == {"edge": 443}


def test_parts_that_there_are_not_are_named_with_those_that_there_are(tmp_path: Path) -> None:
    refuse_unknown_parts(tmp_path, {"edge": 8443}, ["dns", "edge"])
    with pytest.raises(StackError, match=r"to egde, which does not exist; parts: dns, edge"):
        refuse_unknown_parts(tmp_path, {"egde": 8443}, ["dns", "edge"])
