"""The platform for somebody who is not root. The suite may run as root; then this is the only test that does not."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from local_cloud.engine.binaries import Cache
from tests.support.local_platform import ROOT, LocalPlatform

NOBODY = "nobody"


def _interpreter():
    """The system's interpreter of this version; the one that runs the tests may lie where only root looks."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return shutil.which(name, path="/usr/bin:/usr/local/bin")


def _open_to_others(path: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))


pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="not root: then every other test runs as a normal user"),
    pytest.mark.skipif(_interpreter() is None, reason="the system has no interpreter of this version for other users"),
    pytest.mark.skipif(
        not _open_to_others(ROOT), reason="other users may not look into the directory of this checkout"
    ),
]


class Somebody:
    """A user with a home of his own, an environment of his own and the binaries that were built already."""

    def __init__(self, home: Path) -> None:
        self._user = pwd.getpwnam(NOBODY)
        self._home = home
        self.platform = LocalPlatform.make(home)
        environment = self.platform.project / ".venv"
        environment.unlink()
        subprocess.run([_interpreter(), "-m", "venv", "--without-pip", environment], check=True)
        (site_packages,) = environment.glob("lib/python*/site-packages")
        (site_packages / "shared.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
        self._python = environment / "bin" / "python"
        shutil.copytree(Cache.of_user().root, home / ".cache" / "ignition")
        for path in (home, *home.rglob("*")):
            os.chown(path, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)

    def ignition(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command as he types it."""
        return subprocess.run(
            [self._python, "-m", "ignition", *arguments, "--state-dir", self.platform.state],
            cwd=self.platform.project,
            env={"HOME": str(self._home), "PATH": f"{sysconfig.get_path('scripts')}:{os.defpath}", "LANG": "C.UTF-8"},
            user=self._user.pw_uid,
            group=self._user.pw_gid,
            extra_groups=[],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def somebody():
    # Not pytest's own directory, into which only its owner may look.
    home = Path(subprocess.run(["mktemp", "--directory"], capture_output=True, text=True, check=True).stdout.strip())
    made = Somebody(home)
    yield made
    made.ignition("reset", "--yes")
    shutil.rmtree(home)


def test_a_normal_user_has_the_whole_platform(somebody):
    ran = somebody.ignition("up")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert somebody.platform.get("api.ecent.online", "/health/ready").status_code == 200
    owners = {path.lstat().st_uid for path in (somebody.platform.state, *somebody.platform.state.rglob("*"))}
    assert owners == {pwd.getpwnam(NOBODY).pw_uid}
