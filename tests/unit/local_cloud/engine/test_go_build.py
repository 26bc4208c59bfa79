"""A tools module is built, and each way it can fail is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_cloud.engine.binaries import Binary, Unavailable
from local_cloud.engine.go_build import TOOLS, go_build

TOOL = Binary(name="tool", version="1.0.0", below="2", version_argv=(), sources=(), remedy="")

FAKE_GO = """#!/bin/sh
echo "$@" > {record}
pwd >> {record}
echo "$GOFLAGS" >> {record}
echo example.org/package
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    (tmp_path / "tools" / "tool").mkdir(parents=True)
    (tmp_path / "tools" / "tool" / "go.sum").touch()
    return tmp_path / "tools"


def _install_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(script.format(record=tmp_path / "record"))
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    return tmp_path / "record"


def test_the_module_is_built_with_its_variables_and_its_own_sums(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = _install_go(tmp_path, monkeypatch, FAKE_GO)
    monkeypatch.setenv("GOFLAGS", "-buildvcs=false")
    obtain = go_build("example.org/tool", variables={"main.Version": "1.0.0"}, tools=tools)
    assert obtain(TOOL, tmp_path / "scratch", lambda _: None) == "bin/tool"
    arguments, directory, flags = record.read_text().splitlines()
    assert "-ldflags -s -w -X main.Version=1.0.0" in arguments
    assert f"-o {tmp_path}/scratch/bin/tool example.org/tool" in arguments
    assert directory == str(tools / "tool")
    assert flags == "-buildvcs=false -mod=readonly"


def test_a_failed_build_is_reported_with_its_last_lines(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install_go(tmp_path, monkeypatch, "#!/bin/sh\necho 'undefined: main' >&2\nexit 1\n")
    with pytest.raises(Unavailable, match=r"code 1:\n +undefined: main"):
        go_build("example.org/tool", variables={}, tools=tools)(TOOL, tmp_path, lambda _: None)


def test_without_a_checkout_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="only a checkout of the repository can build it"):
        go_build("example.org/tool", variables={}, tools=tmp_path)(TOOL, tmp_path, lambda _: None)


@pytest.mark.parametrize("name", ["pulumi", "versitygw"])
def test_the_repository_has_the_modules_that_are_built(name: str) -> None:
    assert (TOOLS / name / "go.mod").is_file()
    assert (TOOLS / name / "go.sum").is_file()


@pytest.mark.parametrize(
    "said",
    [
        'go: example.org/x@v1: Get "https://proxy/x.zip": proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused',
        'go: example.org/x@v1: Get "https://proxy/x.zip": dial tcp: lookup proxy: no such host',
        "main.go:3:8: example.org/x@v1: module lookup disabled by GOPROXY=off",
    ],
)
def test_a_build_without_network_says_that_it_is_the_network_and_hides_the_login_of_a_proxy(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    _install_go(tmp_path, monkeypatch, f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit 1\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:secret@proxy:3128")
    with pytest.raises(Unavailable, match="does not reach the network") as raised:
        go_build("example.org/tool", variables={}, tools=tools)(TOOL, tmp_path, lambda _: None)
    assert "HTTPS_PROXY=http://***@proxy:3128" in str(raised.value)
    assert "secret" not in str(raised.value)
