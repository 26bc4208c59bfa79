"""The platform for somebody who is not root. The suite may run as root; then this is one of the few tests that do not."""

import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.somebody import Somebody, can_work_as_somebody

NOBODY = "nobody"
pytestmark = can_work_as_somebody


@pytest.fixture
def somebody():
    # Not pytest's own directory, into which only its owner may look.
    home = Path(subprocess.run(["mktemp", "--directory"], capture_output=True, text=True, check=True).stdout.strip())
    user = pwd.getpwnam(NOBODY)
    made = Somebody(user.pw_uid, user.pw_gid, home)
    yield made
    made.ignition("reset", "--yes", "--state-dir", str(made.platform.state))
    shutil.rmtree(home)


def test_a_normal_user_has_the_whole_platform(somebody):
    ran = somebody.ignition("up", "--state-dir", str(somebody.platform.state))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert somebody.platform.get("api.ecent.online", "/health/ready").status_code == 200
    owners = {path.lstat().st_uid for path in (somebody.platform.state, *somebody.platform.state.rglob("*"))}
    assert owners == {pwd.getpwnam(NOBODY).pw_uid}
