"""
actionlint, which checks the workflows: an installed one, or a build from its Go module.

`python -m local_cloud.engine.actionlint` runs it over the repository. Only `make lint` needs it, so that setting up does not get it.
"""

from __future__ import annotations

import subprocess
import sys

from local_cloud.engine.binaries import Binary, BinaryMissing, Obtained, OnPath, find
from local_cloud.engine.go_build import go_build

VERSION = "1.7.12"

ACTIONLINT = Binary(
    name="actionlint",
    version=VERSION,
    below="2",
    version_argv=("-version",),
    sources=(
        OnPath(),
        Obtained(
            "a build from Go modules",
            go_build(
                "github.com/rhysd/actionlint/cmd/actionlint", variables={"github.com/rhysd/actionlint.version": VERSION}
            ),
        ),
    ),
    remedy=f"Install actionlint {VERSION} (github.com/rhysd/actionlint, releases), or Go 1.26, and try again.",
)


def main() -> int:
    """Runs it and returns its exit code."""
    try:
        found = find(ACTIONLINT, progress=lambda line: print(f"actionlint: {line}", flush=True))  # noqa: T201  its command line
    except BinaryMissing as error:
        print(error, file=sys.stderr)  # noqa: T201  likewise
        return 1
    # What is not pinned here must not decide: shellcheck and pyflakes are on some machines and not on others.
    argv = [str(found.path), "-shellcheck=", "-pyflakes=", *sys.argv[1:]]
    return subprocess.run(argv, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
