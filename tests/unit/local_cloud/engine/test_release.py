"""A program of a release is used where its archive has the pinned digest, and never otherwise."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from local_cloud.engine.binaries import Binary, Cache, Obtained, Unavailable, find
from local_cloud.engine.go_build import TOOLS
from local_cloud.engine.release import Archive, release, this_machine
from local_cloud.engine.versitygw import VERSION, VERSITYGW

PROGRAM = b"#!/bin/sh\necho v2.0.0\n"


def _archived(directory: Path, *, name: str = "tool_v2/tool") -> Path:
    file = directory / "tool.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for path, content in ((name, PROGRAM), ("../outside", b"never unpacked")):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def _tool(archive: Archive, machine: str | None = None) -> Binary:
    source = Obtained("the official release", release({machine or this_machine(): archive}))
    return Binary(name="tool", version="2.0.0", below="3", version_argv=(), sources=(source,), remedy="Install tool 2.")


def _obtained(tool: Binary, directory: Path) -> Path:
    source = tool.sources[0]
    return source.find(tool, Cache(directory / "cache"), lambda _: None).path


def test_the_program_of_an_archive_with_the_pinned_digest_is_used(tmp_path: Path) -> None:
    file = _archived(tmp_path)
    archive = Archive(file.as_uri(), hashlib.sha256(file.read_bytes()).hexdigest(), "tool_v2/tool")
    found = find(_tool(archive), cache=Cache(tmp_path / "cache"))
    assert (found.version, found.source, found.path.read_bytes()) == ("2.0.0", "the official release", PROGRAM)
    assert [each.name for each in found.path.parents[1].rglob("*") if each.is_file()] == ["binary.json", "tool"]


def test_an_archive_with_another_digest_is_not_unpacked(tmp_path: Path) -> None:
    file = _archived(tmp_path)
    with pytest.raises(Unavailable, match=r"has the SHA-256 \w{64}, and 0{64} is pinned: nothing was unpacked"):
        _obtained(_tool(Archive(file.as_uri(), "0" * 64, "tool_v2/tool")), tmp_path)


def test_an_archive_without_the_program_is_given_up(tmp_path: Path) -> None:
    file = _archived(tmp_path, name="tool_v3/tool")
    archive = Archive(file.as_uri(), hashlib.sha256(file.read_bytes()).hexdigest(), "tool_v2/tool")
    with pytest.raises(Unavailable, match="tool_v2/tool cannot be taken from"):
        _obtained(_tool(archive), tmp_path)


def test_without_a_network_a_release_is_given_up_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    source = VERSITYGW.sources[1]
    assert source.label == "the official release"
    with pytest.raises(Unavailable, match=r"versitygw_v.*tar\.gz cannot be downloaded"):
        source.find(VERSITYGW, Cache(tmp_path), lambda _: None)


def test_a_machine_without_a_release_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=f"there is none for {this_machine()}; there is one for Plan9_mips"):
        _obtained(_tool(Archive("file:///nowhere", "", ""), "Plan9_mips"), tmp_path)


def test_the_release_is_of_the_version_that_is_built() -> None:
    pinned = f"require github.com/versity/versitygw v{VERSION}"
    assert pinned in (TOOLS / "versitygw" / "go.mod").read_text().splitlines()
