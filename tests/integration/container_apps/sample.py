"""A small backend for the tests: it shows its environment, and fails in the ways that its variables ask for."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = int(os.environ.get("SERVER_PORT", "0"))


def exists(variable):
    return Path(os.environ.get(variable, "/nowhere/at/all")).exists()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/ready" and exists("UNREADY_IF"):
            self.answer(503, {"why": "told to be unready"})
            return
        if path == "/live" and exists("DEAD_IF"):
            self.answer(500, {"why": "told to be dead"})
            return
        if path == "/slow":
            while not exists("GO_ON_IF"):
                time.sleep(0.01)
        self.answer(
            200,
            {
                "path": self.path,
                "env": dict(os.environ),
                "headers": dict(self.headers),
                "pid": os.getpid(),
                "cwd": str(Path.cwd()),
            },
        )
        if path == "/exit":
            os._exit(7)

    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def end(*_):
    print("ended politely", flush=True)  # noqa: T201
    os._exit(0)


if os.environ.get("EXIT_AT_ONCE"):
    sys.exit(f"cannot start: {os.environ['EXIT_AT_ONCE']}")
signal.signal(signal.SIGTERM, end)
print("listening on", PORT, "as", os.environ.get("VERSION"), flush=True)  # noqa: T201
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
