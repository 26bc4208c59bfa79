"""A pinned program is found, kept, checked and obtained once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud.engine.binaries import (
    Binary,
    BinaryMissing,
    Cache,
    Found,
    Obtained,
    OnPath,
    Progress,
    Unavailable,
    find,
)

Obtain = Callable[[Binary, Path, Progress], str]


def _program(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho tool v{version} $0 >> {path.parent}/runs\necho v{version}\n")
    path.chmod(0o755)
    return path


def _builds(version: str = "2.0.0") -> Obtain:
    def obtain(binary: Binary, scratch: Path, progress: Progress) -> str:
        progress("building")
        _program(scratch / "bin" / binary.name, version)
        return f"bin/{binary.name}"

    return obtain


def _never(binary: Binary, scratch: Path, progress: Progress) -> str:
    raise Unavailable("no network")


def _tool(*sources: object) -> Binary:
    return Binary(
        name="tool",
        version="2.0.0",
        below="3",
        version_argv=("--version",),
        sources=sources,  # type: ignore[arg-type]  fakes of sources are sources
        remedy="Install tool 2.",
    )


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is all there is on PATH."""
    directory = tmp_path / "path"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return directory


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1", "2.10.0"])
def test_an_installed_program_is_used_when_it_is_new_enough(cache: Cache, on_path: Path, version: str) -> None:
    program = _program(on_path / "tool", version)
    assert find(_tool(OnPath()), cache=cache) == Found(program, version, "installed on this machine")


@pytest.mark.parametrize("version", ["1.9.9", "3.0.0", "10.0.0"])
def test_an_installed_program_is_passed_over_when_it_does_not_fit(cache: Cache, on_path: Path, version: str) -> None:
    _program(on_path / "tool", version)
    found = find(_tool(OnPath(), Obtained("a build", _builds())), cache=cache)
    assert found.source == "a build"


def test_an_installed_program_is_asked_for_its_version_once_until_it_changes(cache: Cache, on_path: Path) -> None:
    program = _program(on_path / "tool", "2.0.0")
    tool = _tool(OnPath())
    find(tool, cache=cache)
    find(tool, cache=cache)
    assert len((on_path / "runs").read_text().splitlines()) == 1
    _program(program, "2.1.0")
    os.utime(program, ns=(1, 1))
    assert find(tool, cache=cache).version == "2.1.0"


def test_what_was_obtained_is_kept(cache: Cache) -> None:
    find(_tool(Obtained("a build", _builds())), cache=cache)
    again = find(_tool(Obtained("a build", _never)), cache=cache)
    assert again.path == cache.root / "tool" / "2.0.0" / "bin" / "tool"
    assert again.source == "a build"


def test_a_damaged_program_is_obtained_again(cache: Cache) -> None:
    tool = _tool(Obtained("a build", _builds()))
    path = find(tool, cache=cache).path
    path.write_text("damaged")
    said: list[str] = []
    assert find(tool, cache=cache, progress=said.append).path == path
    assert "echo v2.0.0" in path.read_text()
    assert any("not what was put there" in line for line in said)


def test_a_damage_that_keeps_size_and_time_is_found_by_the_full_check(cache: Cache) -> None:
    tool = _tool(Obtained("a build", _builds()))
    path = find(tool, cache=cache).path
    stat = path.stat()
    content = path.read_bytes()
    path.write_bytes(content.replace(b"tool", b"evil", 1))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert find(tool, cache=Cache(cache.root, full_check=True)).path.read_bytes() == content


def test_a_touched_but_unchanged_program_is_kept(cache: Cache) -> None:
    path = find(_tool(Obtained("a build", _builds())), cache=cache).path
    os.utime(path, ns=(5, 5))
    assert find(_tool(Obtained("a build", _never)), cache=cache).path == path


def test_a_deleted_program_is_obtained_again(cache: Cache) -> None:
    tool = _tool(Obtained("a build", _builds()))
    find(tool, cache=cache).path.unlink()
    assert find(tool, cache=cache).path.is_file()


def test_the_next_source_is_asked_when_one_cannot(cache: Cache) -> None:
    found = find(_tool(Obtained("a release", _never), Obtained("a build", _builds())), cache=cache)
    assert found.source == "a build"


def test_a_source_that_brings_the_wrong_version_is_passed_over(cache: Cache) -> None:
    found = find(_tool(Obtained("a release", _builds("1.0.0")), Obtained("a build", _builds())), cache=cache)
    assert found.source == "a build"


def test_when_nothing_works_the_message_lists_what_was_tried_and_the_remedy(cache: Cache, on_path: Path) -> None:
    with pytest.raises(BinaryMissing) as missing:
        find(_tool(OnPath(), Obtained("a release", _never)), cache=cache)
    message = str(missing.value)
    assert "tool 2.0.0 is not available" in message
    assert "installed on this machine: no tool on PATH" in message
    assert "a release: no network" in message
    assert message.endswith("Install tool 2.")


def test_a_full_disk_is_one_source_that_cannot(cache: Cache) -> None:
    def full(binary: Binary, scratch: Path, progress: Progress) -> str:
        raise OSError(28, "No space left on device")

    with pytest.raises(BinaryMissing, match="No space left on device"):
        find(_tool(Obtained("a build", full)), cache=cache)


def test_an_interrupted_try_leaves_nothing_that_counts(cache: Cache) -> None:
    def interrupted(binary: Binary, scratch: Path, progress: Progress) -> str:
        _program(scratch / "bin" / "tool", "2.0.0")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find(_tool(Obtained("a build", interrupted)), cache=cache)
    with pytest.raises(BinaryMissing):
        find(_tool(Obtained("a build", _never)), cache=cache)
    assert not list((cache.root / "tool").glob(".*.partial"))


def test_two_at_a_time_obtain_it_once(cache: Cache) -> None:
    building, go_on = threading.Event(), threading.Event()
    builds: list[int] = []

    def slow(binary: Binary, scratch: Path, progress: Progress) -> str:
        builds.append(1)
        building.set()
        go_on.wait()
        return _builds()(binary, scratch, progress)

    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        if "waiting" in line:
            go_on.set()

    tool = _tool(Obtained("a build", slow))
    first = threading.Thread(target=find, args=(tool,), kwargs={"cache": cache})
    first.start()
    building.wait()
    found = find(tool, cache=cache, progress=hear)
    first.join()
    assert found.path.is_file()
    assert builds == [1]
    assert said == ["another process is obtaining it: waiting"]


def test_the_cache_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Cache.of_user().root == tmp_path / "ignition"


@pytest.mark.parametrize("value", ["", "relative/path"])
def test_the_cache_is_the_homes_when_the_environment_names_no_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Cache.of_user().root == tmp_path / ".cache" / "ignition"


def test_the_cache_is_closed_to_others_at_each_start(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    root.mkdir()
    root.chmod(0o755)
    find(_tool(Obtained("a build", _builds())), cache=Cache(root))
    assert root.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_programs_from_a_cache_that_others_can_write_are_not_run(tmp_path: Path, mode: int) -> None:
    root = tmp_path / "cache"
    root.mkdir()
    root.chmod(mode)
    with pytest.raises(BinaryMissing, match=f"run `chmod 700 {root}` and try again"):
        find(_tool(Obtained("a build", _builds())), cache=Cache(root))
    assert list(root.iterdir()) == []


def test_a_cache_that_cannot_be_made_does_not_matter_where_the_program_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(tmp_path / "bin" / "tool", "2.0.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    (tmp_path / "file").touch()
    found = find(_tool(OnPath()), cache=Cache(tmp_path / "file" / "cache"))
    assert found.path == tmp_path / "bin" / "tool"
