"""The modules a fork server imports."""

import subprocess
import sys

from local_cloud.language_host.host import PRELOAD


def test_every_preloaded_module_exists():
    # A process of its own: together they are hundreds of megabytes.
    program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    done = subprocess.run([sys.executable, "-c", program, *PRELOAD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_but_the_program_itself_is_left_to_import():
    program = (
        "import importlib, sys\nfor name in sys.argv[1:]: getattr(importlib.import_module(name), '__all__', None)\n"
        "before = set(sys.modules)\nimport infra.__main__\n"
        "files = {name: getattr(sys.modules[name], '__file__', None) or '' for name in set(sys.modules) - before}\n"
        "print(*sorted(name for name, file in files.items() if 'site-packages' in file))"
    )
    done = subprocess.run([sys.executable, "-c", program, *PRELOAD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
