"""A small backend for the tests: it shows its environment, and fails in the ways that its variables ask for."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("SERVER_PORT", "0"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/ready" and os.path.exists(os.environ.get("UNREADY_IF", "/nowhere/at/all")):
            return self.answer(503, {"why": "told to be unready"})
        if path == "/live" and os.path.exists(os.environ.get("DEAD_IF", "/nowhere/at/all")):
            return self.answer(500, {"why": "told to be dead"})
        if path == "/slow":
            while not os.path.exists(os.environ["GO_ON_IF"]):
                time.sleep(0.01)
        self.answer(200, {"env": dict(os.environ), "headers": dict(self.headers), "pid": os.getpid(), "cwd": os.getcwd()})
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
    print("ended politely", flush=True)
    os._exit(0)


if os.environ.get("EXIT_AT_ONCE"):
    sys.exit(f"cannot start: {os.environ['EXIT_AT_ONCE']}")
signal.signal(signal.SIGTERM, end)
print("listening on", PORT, "as", os.environ.get("VERSION"), flush=True)
ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
