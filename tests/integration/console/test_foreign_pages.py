"""
A page of another account's server on this machine, opened in the browser that is signed in to the console, tries to get at it.

Cookies do not tell ports apart and a port of the same host is the same site: what would keep a page of another site away does not.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from local_cloud.daemon.control.client import connect
from tests.support.waiting import until

ATTACK = """<!doctype html><title>attack</title><body><script>
const console_ = %(console)s, command = %(command)s;
const seen = {};
const body = JSON.stringify({app: "api", command, cwd: "/"});
async function attempt(name, what) {
  try { seen[name] = String(await what()); } catch (error) { seen[name] = "refused"; }
}
const text = async (path, options) => {
  const answer = await fetch(console_ + path, {credentials: "include", ...options});
  return answer.type === "opaque" ? "sent" : `${answer.status} ${await answer.text()}`;
};
const loads = (element, attributes) => new Promise((resolve, reject) => {
  const made = Object.assign(document.createElement(element), attributes);
  made.onload = () => resolve("loaded");
  made.onerror = () => reject();
  document.body.append(made);
});
const form = (enctype) => new Promise((resolve) => {
  const frame = Object.assign(document.createElement("iframe"), {name: enctype});
  const made = Object.assign(document.createElement("form"), {
    method: "post", action: console_ + "/api/overrides", enctype, target: enctype,
  });
  const [name, value] = [body.slice(0, -1) + ',"x":"', '"}'];
  made.append(Object.assign(document.createElement("input"), {name, value}));
  document.body.append(frame, made);
  frame.onload = () => {
    let shown;
    try { shown = frame.contentDocument.body.innerText; } catch (error) { shown = "unreadable"; }
    if (shown !== "") resolve(shown);
  };
  made.submit();
});
(async () => {
  await attempt("text/plain", () => text("/api/overrides", {method: "POST", mode: "no-cors", body}));
  await attempt("json", () => text("/api/overrides", {method: "POST", body, headers: {"Content-Type": "application/json"}}));
  await attempt("stop", () => text("/api/stop", {method: "POST", mode: "no-cors"}));
  for (const path of ["/", "/api/psql-url", "/api/status", "/api/resources"]) await attempt(path, () => text(path));
  await attempt("script", () => loads("script", {src: console_ + "/static/console.js"}));
  await attempt("image", () => loads("img", {src: console_ + "/static/icon.svg"}));
  await attempt("form text/plain", () => form("text/plain"));
  await attempt("form urlencoded", () => form("application/x-www-form-urlencoded"));
  await attempt("cookies", () => document.cookie);
  document.title = "done";
  document.body.dataset.seen = JSON.stringify(seen);
})();
</script>"""


class _Stranger(ThreadingHTTPServer):
    """A server of somebody else on this machine; it keeps every header that it is sent."""

    page = b""
    received: list

    @property
    def port(self):
        return self.server_port


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.received.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(self.server.page)))
        self.end_headers()
        self.wfile.write(self.server.page)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def stranger():
    with _Stranger(("127.0.0.1", 0), _Handler) as server:
        server.received = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def attack(stranger, base, tmp_path):
    """Puts the attack into the stranger's page; the file that its command would make."""
    ran = tmp_path / "ran"
    stranger.page = (ATTACK % {"console": json.dumps(base), "command": json.dumps(f"touch {ran}")}).encode()
    return ran


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "console.localhost"])
def test_a_page_of_another_port_gets_nothing_and_changes_nothing(browser, visit, stranger, attack, host):
    visit("/apps")
    for _ in range(2):  # the second time from its own page: what a strict cookie lets through
        browser.execute_script("location = arguments[0]", f"http://{host}:{stranger.port}/")
        until(lambda: browser.title == "done", "the end of the attack")
        seen = json.loads(browser.execute_script("return document.body.dataset.seen"))
        assert {name: each for name, each in seen.items() if each not in {"refused", "unreadable"}} == {
            "text/plain": "sent",
            "stop": "sent",
            "cookies": "",
        }
    assert [headers for _, headers in stranger.received if "Cookie" in headers or "Authorization" in headers] == []
    assert all("session" not in headers.get("Referer", "") for _, headers in stranger.received)
    assert not attack.exists()


@pytest.fixture(autouse=True)
def _nothing_is_changed(platform):
    yield
    status = connect(platform.state).get("/api/status")
    assert (status["state"], {each["override"] for each in status["apps"]}) == ("running", {None})


def test_a_page_of_another_port_at_the_console_s_own_path_gets_nothing_it_does_not_know(browser, visit, stranger):
    """Even a server that is visited at `/session/` sees no cookie: the path of the session is longer than it knows."""
    visit("/")
    stranger.page = b"<title>there</title>"
    for path in ("/", "/session", "/session/", "/sign-in", "/session/guess/apps"):
        browser.execute_script("location = arguments[0]", f"http://127.0.0.1:{stranger.port}{path}")
        until(lambda path=path: urlsplit(browser.current_url).port == stranger.port and browser.title == "there", path)
    assert [headers["Cookie"] for _, headers in stranger.received if "Cookie" in headers] == []


def test_the_session_is_still_good_afterwards(browser, visit):
    visit("/apps")
    browser.refresh()
    assert browser.title.startswith("Apps")
