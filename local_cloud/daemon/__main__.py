"""`python -m local_cloud.daemon STATE`: serves until it is asked to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from local_cloud.backends.errors import BackendError
from local_cloud.background import Address, fingerprint
from local_cloud.daemon.assembly import assembled
from local_cloud.daemon.background import local_daemon
from local_cloud.daemon.cloud import LocalCloud
from local_cloud.daemon.control import Control
from local_cloud.daemon.settings import Settings
from local_cloud.language_host import LanguageHost
from local_cloud.packages import PACKAGES, read_schemas
from local_cloud.server.serve import serve


def main(state: Path) -> int:
    """Puts everything together, says where it is, and waits."""
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    code = fingerprint()
    settings = Settings.load(state)
    host = LanguageHost()
    language_port = host.start()
    read_schemas(host.run_module)
    try:
        with assembled(state, settings) as parts:
            cloud = LocalCloud(parts.records, parts, settings.stack, settings.apps)
            served = serve(PACKAGES, cloud)
            control = Control(state, cloud, stop=stopping.set)
            control.start()
            facts = {"providers": served.attachment, "control_port": str(control.port)}
            local_daemon(state).publish(Address(os.getpid(), language_port, code, facts))
            stopping.wait()
            control.stop()
            served.stop()
    except BackendError as error:
        print(error, file=sys.stderr)  # noqa: T201  the command that starts the daemon shows its last lines
        return 1
    finally:
        host.stop()
    return 0


if __name__ == "__main__":
    code = main(Path(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed; the interpreter's own end would first collect the garbage of whole SDKs, for up to five seconds.
    os._exit(code)
