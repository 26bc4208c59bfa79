"""The modules a fork server imports."""

import subprocess
import sys

from local_cloud.language_host.host import PRELOAD


def test_every_preloaded_module_exists():
    # A process of its own: together they are hundreds of megabytes.
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    done = subprocess.run([sys.executable, "-c", program, *PRELOAD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
