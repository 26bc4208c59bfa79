"""`python -m local_cloud.daemon STATE`: serves until it is asked to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from pathlib import Path

from local_cloud import system_errors
from local_cloud.background import EXPLAINED, EXPLANATION, Address, fingerprint
from local_cloud.catalog import PACKAGES, read_schemas
from local_cloud.daemon.assembly import assembled
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.endpoint import Control
from local_cloud.daemon.control.endpoint_file import EndpointFile
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.daemon.removal import STOP_WITHIN_S
from local_cloud.daemon.single_instance import single_instance
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.snapshots import Snapshots
from local_cloud.daemon.state.stack import checkpoint_file
from local_cloud.daemon.testing.runs import Runs
from local_cloud.daemon.upkeep.run_keeper import RunKeeper
from local_cloud.engine.binaries import BinaryMissing
from local_cloud.language_host import LanguageHost
from local_cloud.runtime.errors import BackendError
from local_cloud.runtime.files.private_trees import private_tree
from local_cloud.server.plan.judge import Judge
from local_cloud.server.serve import serve


def main(state: Path) -> int:
    """Puts everything together, says where it is, and waits."""
    os.umask(0o077)
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    code = fingerprint()
    try:
        _serve(state, code, stopping)
    except (BackendError, BinaryMissing) as error:
        return _explain(str(error))
    except OSError as error:
        return _explain(system_errors.explained(error))
    except Exception as error:  # noqa: BLE001  whatever it is, a person waits at a terminal
        traceback.print_exc()
        log = local_daemon(state).log_file
        return _explain(
            f"the local cloud cannot run: {error}; {log} says where, `ignition doctor` looks for what is wrong"
        )
    return 0


def _serve(state: Path, code: str, stopping: threading.Event) -> None:
    private_tree(state)
    Snapshots(state).finish()
    settings = Settings.load(state)
    judge = Judge(PACKAGES)
    host = LanguageHost(judge=judge)
    language_port = host.start()
    read_schemas(host.run_module)
    try:
        with single_instance(state, patience_s=STOP_WITHIN_S), assembled(state, settings) as parts:
            cloud = LocalCloud(parts.records, parts, settings.stack, settings.apps, checkpoint_file(state, settings))
            served = serve(PACKAGES, cloud, judge.previews)
            endpoint = EndpointFile(state, settings, cloud)
            runs = Runs(state, cloud)
            keeper = RunKeeper(runs)
            control = Control(state, cloud, stop=stopping.set, apps_changed=endpoint.write, runs=runs)
            control.start()
            keeper.start()
            endpoint.write()
            facts = {
                "providers": served.attachment,
                "control_port": str(control.port),
                "settings": settings.of_daemon,
            }
            local_daemon(state).publish(Address(os.getpid(), language_port, code, facts))
            stopping.wait()
            endpoint.remove()
            keeper.stop()
            control.stop()
            served.stop()
    finally:
        host.stop()


def _explain(message: str) -> int:
    """The command that started the daemon shows what it printed last."""
    print(f"{EXPLANATION}{message}", file=sys.stderr)  # noqa: T201
    return EXPLAINED


if __name__ == "__main__":
    code = main(Path(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed; the interpreter's own end would first collect the garbage of whole SDKs, for up to five seconds.
    os._exit(code)
