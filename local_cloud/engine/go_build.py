"""
Builds a program from a Go tools module of this project (`tools/NAME`), for machines that reach no release server.

The module's go.sum pins every byte that goes in. Keeping the result is `binaries`' business.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from local_cloud.engine.binaries import Binary, Progress, Unavailable

TOOLS = Path(__file__).resolve().parents[2] / "tools"
_OFTEN_INSTALLED_IN = ("/usr/local/go/bin", "/opt/homebrew/bin", "/usr/lib/go/bin")
_REPORT_EVERY_S = 2.0
_LOGIN = re.compile(r"://[^/@,|]*@")
# What Go's own HTTP client and its module commands say of a network that leads nowhere.
_NO_NETWORK = (
    "dial tcp",
    "proxyconnect",
    "no such host",
    "connection refused",
    "network is unreachable",
    "i/o timeout",
    "TLS handshake timeout",
    "GOPROXY list is not the empty string",
    "module lookup disabled by GOPROXY=off",
)


def go_build(
    package: str, *, variables: Mapping[str, str], tools: Path = TOOLS
) -> Callable[[Binary, Path, Progress], str]:
    """
    A way to obtain a program for `binaries.Obtained`.

    Args:
        package: the main package.
        variables: Go variables set by the linker (`-X`), by full name.
        tools: folder of the tools modules.
    """
    linker = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in variables.items())])

    def obtain(binary: Binary, scratch: Path, progress: Progress) -> str:
        module = tools / binary.name
        if not (module / "go.sum").is_file():
            raise Unavailable(f"{module} is not here: only a checkout of the repository can build it")
        go = shutil.which("go", path=os.pathsep.join([os.environ.get("PATH", ""), *_OFTEN_INSTALLED_IN]))
        if go is None:
            raise Unavailable("there is no Go compiler on PATH")
        progress("building it from Go modules, once: a few minutes")
        argv = [go, "build", "-v", "-ldflags", linker, "-o", str(scratch / "bin" / binary.name), package]
        _run(argv, module, progress)
        return f"bin/{binary.name}"

    return obtain


def _run(argv: list[str], module: Path, progress: Progress) -> None:
    import subprocess  # noqa: PLC0415  a warm cache builds nothing
    import time  # noqa: PLC0415

    started = reported = time.monotonic()
    compiled = 0
    last: list[str] = []
    with subprocess.Popen(
        argv,
        cwd=module,
        # CI images may set flags of their own; the committed go.sum must decide.
        env={**os.environ, "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -mod=readonly".strip()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as build:
        assert build.stdout is not None  # noqa: S101  asked for above
        for line in build.stdout:
            last = [*last[-9:], line.rstrip()]
            if not line.startswith("go: downloading"):
                compiled += 1
            now = time.monotonic()
            if now - reported >= _REPORT_EVERY_S:
                reported = now
                progress(f"building it: {compiled} packages compiled, {now - started:.0f} s")
    if build.returncode != 0 and any(sign in line for line in last for sign in _NO_NETWORK):
        raise Unavailable(
            f"its Go modules cannot be fetched, for this machine does not reach the network: {_reason(last)}\n"
            f"      Connect it, or set HTTPS_PROXY or GOPROXY to what it reaches ({_proxies()}), and try again"
        )
    if build.returncode != 0:
        shown = "\n".join(f"      {line}" for line in last)
        raise Unavailable(f"go build ended with code {build.returncode}:\n{shown}")
    progress(f"built in {time.monotonic() - started:.0f} s")


def _reason(lines: list[str]) -> str:
    """The last line that says why, without the module and the position in our source that stand before it."""
    line = next(line for line in reversed(lines) if any(sign in line for sign in _NO_NETWORK))
    return line[max(line.find('Get "'), 0) :].strip()


def _proxies() -> str:
    """What decides now which way Go takes; an address of a proxy may carry a password, which is not shown."""
    names = ("GOPROXY", "HTTPS_PROXY", "HTTP_PROXY")
    set_now = {name: os.environ.get(name) or os.environ.get(name.lower()) for name in names}
    told = [f"{name}={_LOGIN.sub('://***@', value)}" for name, value in set_now.items() if value]
    return f"now {', '.join(told)}" if told else "now none is set"
