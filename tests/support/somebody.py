"""An account of this machine that works with this checkout from an environment of its own, as a normal user does."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from local_cloud.engine.binaries import Cache
from tests.support.local_platform import ROOT, LocalPlatform


def _interpreter() -> str | None:
    """The system's interpreter of this version; the one that runs the tests may lie where only root looks."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return shutil.which(name, path="/usr/bin:/usr/local/bin")


def _open_to_others(path: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))


can_work_as_somebody = [
    pytest.mark.skipif(os.getuid() != 0, reason="not root: then every other test runs as a normal user"),
    pytest.mark.skipif(_interpreter() is None, reason="the system has no interpreter of this version for other users"),
    pytest.mark.skipif(
        not _open_to_others(ROOT), reason="other users may not look into the directory of this checkout"
    ),
]


class Somebody:
    """
    A user with a home and an environment of his own, and the binaries that were built already.

    Args:
        uid: the user's number.
        gid: the user's group.
        home: an existing directory, which becomes his.
    """

    def __init__(self, uid: int, gid: int, home: Path) -> None:
        self._uid, self._gid, self._home = uid, gid, home
        self.platform = LocalPlatform.make(home)
        environment = self.platform.project / ".venv"
        environment.unlink()
        interpreter = _interpreter()
        assert interpreter is not None
        subprocess.run([interpreter, "-m", "venv", "--without-pip", environment], check=True)
        (site_packages,) = environment.glob("lib/python*/site-packages")
        (site_packages / "shared.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
        self.python = environment / "bin" / "python"
        shutil.copytree(Cache.of_user().root, home / ".cache" / "ignition")
        for path in (home, *home.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)

    def ignition(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command as he types it."""
        own = {"HOME": str(self._home), "PATH": f"{sysconfig.get_path('scripts')}:{os.defpath}", "LANG": "C.UTF-8"}
        return subprocess.run(
            [self.python, "-m", "ignition", *arguments],
            cwd=self.platform.project,
            env=own | environment,
            user=self._uid,
            group=self._gid,
            extra_groups=[],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
