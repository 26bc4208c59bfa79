"""One cloud with everything in it, its console, and a headless browser."""

import contextlib
import html
import json
import re
import shutil
import subprocess

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from local_cloud.daemon.control.client import connect
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.state.stack import stack_environment
from tests.support import rollouts
from tests.support.rollouts import JOB
from tests.support.waiting import until

PAGES = (
    "/",
    "/apps",
    "/apps/api",
    "/jobs",
    f"/jobs/{JOB}",
    "/graph",
    "/graph?view=family",
    "/resources",
    "/dns",
    "/certificates",
    "/buckets",
    "/vault",
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1300,900",
)
# Tells a secret, goes on until it may end, and fails where it is told to.
_STATEMENT = """
import os, pathlib, time
told = pathlib.Path({told!r})
print("url", os.environ["DATABASE_URL"], flush=True)
while (told / "wait").exists():
    time.sleep(0.05)
if (told / "fail").exists():
    raise SystemExit("no such table in " + os.environ["DATABASE_URL"])
print("all rows are there")
"""
_SIGNATURE = "4dabf18193072939515e22adb298388d"


class Job:
    """The job of the stack; what its executions are to do is told by files."""

    def __init__(self, platform, told):
        self._platform = platform
        self._told = told

    def declare(self):
        code = _STATEMENT.format(told=str(self._told))
        rollouts.wish(self._platform, "job", ["python", "-c", code])
        self._platform.up()

    def remove(self):
        rollouts.wish(self._platform, "job", None)
        self._platform.up()

    def run(self, *what):
        """Runs it to its end, told to `fail` or not; returns the execution's name."""
        with self.told(*what):
            ended = self._platform.ignition("job", JOB, "--state-dir", str(self._platform.state))
        assert ended.code == len(what), ended.output
        return re.findall(rf"^({JOB}-\w+) (?:succeeded|failed)", ended.output, re.M)[-1]

    def run_both_ways(self):
        self.run()
        self.run("fail")

    @contextlib.contextmanager
    def told(self, *what):
        for each in what:
            (self._told / each).touch()
        try:
            yield
        finally:
            for each in what:
                (self._told / each).unlink()


@pytest.fixture(scope="package")
def platform(tmp_path_factory):
    made = rollouts.make(tmp_path_factory.mktemp("platform"))
    try:
        made.up()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="package")
def job(platform, tmp_path_factory):
    """Declared, and run twice: with success, then without."""
    made = Job(platform, tmp_path_factory.mktemp("told"))
    made.declare()
    made.run_both_ways()
    return made


@pytest.fixture(scope="package")
def token(platform):
    """Reads the token, which is another one after each start."""
    return (platform.state / "control-token").read_text


@pytest.fixture(scope="package")
def base(platform):
    return f"http://127.0.0.1:{platform.address.facts['control_port']}"


@pytest.fixture(scope="package")
def console(base, token, job):
    """The console without a browser; there is something on each page."""

    def signed(request):
        request.headers["Authorization"] = f"Bearer {token()}"
        return request

    with httpx.Client(base_url=base, auth=signed, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="package")
def every_page(console):
    """What every page says, by its path; the page of every resource is among them."""
    resources = console.get("/api/resources").json()
    paths = [*PAGES, *(f"/resources/{each['urn'].removeprefix('urn:pulumi:')}" for each in resources)]
    answers = {
        path: console.get(path)
        for path in [*paths, "/api/resources", "/api/logs/api", "/api/logs/admin", f"/api/logs/{JOB}"]
    }
    assert {each.status_code for each in answers.values()} == {200}
    return {path: each.text + html.unescape(each.text) for path, each in answers.items()}


@pytest.fixture(scope="package")
def real_secrets(platform, token):
    """Every value that the engine knows to be secret, by whose it is, decrypted by the engine itself; and the console's own key."""
    settings = Settings.load(platform.state)
    ran = subprocess.run(
        ["pulumi", "stack", "export", "--show-secrets"],
        cwd=settings.project,
        env=stack_environment(platform.state, platform.address, settings),
        capture_output=True,
        text=True,
        check=True,
    )
    found = {"the console's key": token(), "the passphrase": (platform.state / "passphrase").read_text()}
    for resource in json.loads(ran.stdout)["deployment"]["resources"]:
        name = resource["urn"].rpartition("::")[2]
        for side in ("inputs", "outputs"):
            for path, value in _secrets(resource.get(side, {})):
                found |= {f"{name} {side}{path}{at}": text for at, text in _texts(value)}
    return found


def _secrets(value, path=""):
    if isinstance(value, dict) and _SIGNATURE in value:
        yield path, json.loads(value["plaintext"])
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _secrets(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each, f"{path}[]")


def _texts(value, path=""):
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, f"{path}.{key}")


@pytest.fixture(scope="package")
def browser(tmp_path_factory):
    program = next((found for each in _BROWSERS if (found := shutil.which(each))), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no Chromium with its driver here: `apt-get install chromium chromium-driver`")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    made = webdriver.Chrome(options=options, service=Service(driver))
    yield made
    made.quit()


@pytest.fixture
def link(platform):
    """Makes links that sign a browser in, as `ignition open console` does."""
    return lambda: connect(platform.state).post("/api/sign-in-codes")["url"]


@pytest.fixture
def visit(browser, link, job):
    """Opens a page of the console, signed in."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get(link())
    until(lambda: "/session/" in browser.current_url, "the console behind the link")
    home = browser.current_url.rstrip("/")
    return lambda path: browser.get(f"{home}{path}")
