"""The plan daemon: serves the providers and the warm language host until it is asked to stop or nobody used it for half an hour."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Final

from local_cloud.background import EXPLAINED, EXPLANATION, Address, fingerprint
from local_cloud.catalog import PACKAGES, read_schemas
from local_cloud.language_host import LanguageHost
from local_cloud.plan.background import plan_daemon
from local_cloud.plan.dynamic import DYNAMIC, DynamicProvider
from local_cloud.plan.salt import new_salt
from local_cloud.policies.review import Review
from local_cloud.runtime.errors import BackendError
from local_cloud.server.plan.judge import Judge
from local_cloud.server.serve import serve

IDLE_LIMIT_S: Final = 30 * 60
_DRAIN_LIMIT_S: Final = 10 * 60


def main() -> None:
    """Serves until stopped."""
    os.umask(0o077)
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    code = fingerprint()
    last_run = time.monotonic()

    def note(_run: object) -> None:
        nonlocal last_run
        last_run = time.monotonic()

    judge = Judge(PACKAGES)
    host = LanguageHost(on_run=note, judge=judge)
    language_port = host.start()
    read_schemas(host.run_module)
    judge.review = Review(host.run_module)
    served = serve((*PACKAGES, DYNAMIC), previews=judge.previews, of_their_own={DYNAMIC.name: DynamicProvider})
    facts = {"providers": served.attachment, "salt": new_salt()}
    plan_daemon().publish(Address(os.getpid(), language_port, code, facts))
    while not stopping.wait(1.0):
        if time.monotonic() - last_run > IDLE_LIMIT_S and not host.active_runs:
            break
    deadline = time.monotonic() + _DRAIN_LIMIT_S
    while host.active_runs and time.monotonic() < deadline:
        time.sleep(0.1)
    served.stop()
    host.stop()


if __name__ == "__main__":
    try:
        main()
    except BackendError as error:
        print(f"{EXPLANATION}{error}", file=sys.stderr)  # noqa: T201  the command that started the daemon shows it
        sys.stderr.flush()
        os._exit(EXPLAINED)  # a language host that has started has threads that would hold the end up
