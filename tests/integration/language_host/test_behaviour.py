"""What the official host does, point by point, on the warm one."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from local_cloud.language_host import LanguageHost, ModuleError
from local_cloud.plan.throwaway import throwaway
from tests.support.pulumi_project import write_project


def test_a_good_program_exits_with_0(warm, tmp_path):
    assert warm.preview(write_project(tmp_path, "import pulumi"), "dev").code == 0


def test_an_unhandled_exception_is_shown_from_the_programs_own_frame_on(warm, tmp_path):
    program = "def deeper():\n    raise ValueError('mine')\n\ndeeper()\n"
    result = warm.preview(write_project(tmp_path, program), "dev")
    (error,) = result.errors
    assert result.code != 0
    assert error.startswith("Program failed with an unhandled exception:\nTraceback (most recent call last):\n")
    assert f'File "{tmp_path}/__main__.py", line 4, in <module>' in error
    assert error.rstrip().endswith("ValueError: mine")
    assert "runpy" not in error


def test_a_run_error_is_its_message_without_a_traceback(warm, tmp_path):
    result = warm.preview(write_project(tmp_path, "import pulumi\nraise pulumi.RunError('do this')"), "dev")
    assert "do this" in result.errors[0]
    assert "Traceback" not in result.output


def test_an_exit_code_of_the_programs_own_is_told(warm, tmp_path):
    result = warm.preview(write_project(tmp_path, "import sys\nsys.exit(7)"), "dev")
    assert result.code != 0
    assert "program exited with non-zero exit code: 7" in result.output


def test_a_program_that_exits_with_0_early_succeeds(warm, tmp_path):
    assert warm.preview(write_project(tmp_path, "import sys\nsys.exit(0)"), "dev").code == 0


def test_a_directory_without_a_program_is_named(warm, tmp_path):
    project = write_project(tmp_path, "")
    (project / "__main__.py").unlink()
    result = warm.preview(project, "dev")
    assert result.code != 0
    assert "__main__.py" in result.output


def test_a_signal_that_ends_the_program_is_named(warm, tmp_path):
    program = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"
    result = warm.preview(write_project(tmp_path, program), "dev")
    assert result.code != 0
    assert "program exited with non-zero exit code: -1 (SIGSEGV)" in result.output


def test_every_printed_line_is_a_message_and_they_are_in_order(warm, tmp_path):
    program = "for i in range(2000):\n    print(i)\nprint('no newline', end='')"
    printed = warm.preview(write_project(tmp_path, program), "dev").messages("info")
    assert [message.strip() for message in printed] == [str(number) for number in range(2000)] + ["no newline"]


def test_a_blank_line_is_no_message(warm, tmp_path):
    printed = warm.preview(write_project(tmp_path, "print('a\\n\\n \\nb')\nprint()"), "dev").messages("info")
    assert [message.strip() for message in printed] == ["a", "b"]


def test_what_exit_handlers_and_late_threads_print_arrives(warm, tmp_path):
    program = (
        "import atexit, threading\n"
        "atexit.register(lambda: print('exit handler'))\n"
        "threading.Thread(target=lambda: (threading.main_thread().join(0.2), print('late thread'))).start()\n"
    )
    printed = warm.preview(write_project(tmp_path, program), "dev").messages("info")
    assert [message.strip() for message in printed] == ["late thread", "exit handler"]


def test_standard_error_arrives_too(warm, tmp_path):
    result = warm.preview(write_project(tmp_path, "import sys\nprint('to stderr', file=sys.stderr)"), "dev")
    assert "to stderr" in "".join(result.messages("info", "info#err"))


def test_what_a_process_of_the_program_prints_arrives_too(warm, tmp_path):
    result = warm.preview(write_project(tmp_path, "import os\nos.system('echo from a child')"), "dev")
    assert "from a child" in "".join(result.messages("info"))


def test_a_program_that_leaves_a_process_behind_does_not_hang(warm, tmp_path):
    program = "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)"
    result = warm.preview(write_project(tmp_path, program), "dev")
    assert result.code == 0
    os.kill(int("".join(result.messages("info"))), signal.SIGKILL)


def test_configuration_and_its_secrets_reach_the_program(warm, tmp_path):
    program = (
        "import pulumi\nc = pulumi.Config()\n"
        "pulumi.export('plain', c.require('plain'))\npulumi.export('n', c.require_object('nested')['a'])\n"
        "pulumi.export('other', pulumi.Config('azure-native').require('location'))"
    )
    config = {"trial:plain": "text", "trial:nested": {"a": 1}, "azure-native:location": "westeurope"}
    assert warm.preview(write_project(tmp_path, program, config), "dev").outputs == {
        "plain": "text",
        "n": 1,
        "other": "westeurope",
    }


def test_the_environment_is_the_engines_and_not_the_hosts(warm, tmp_path):
    program = (
        "import os, pulumi\npulumi.export('ours', os.environ.get('ONLY_OURS'))\n"
        "pulumi.export('pytest', os.environ.get('PYTEST_CURRENT_TEST'))"
    )
    result = warm.preview(write_project(tmp_path, program), "dev", ONLY_OURS="yes", PYTEST_CURRENT_TEST="")
    assert result.outputs == {"ours": "yes", "pytest": ""}


def test_the_working_directory_and_arguments_are_the_programs(warm, tmp_path):
    program = "import os, sys, pulumi\npulumi.export('cwd', os.getcwd())\npulumi.export('argv', sys.argv)"
    outputs = warm.preview(write_project(tmp_path, program), "dev").outputs
    assert outputs["cwd"] == str(tmp_path)
    assert outputs["argv"] == ["."]


def test_project_stack_and_dry_run_are_told(warm, tmp_path):
    program = (
        "import pulumi\npulumi.export('all', [pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.is_dry_run()])"
    )
    assert warm.preview(write_project(tmp_path, program), "dev").outputs == {"all": ["trial", "dev", True]}


def test_a_module_edited_between_two_runs_is_read_again(warm, tmp_path):
    project = write_project(tmp_path, "import pulumi, side\npulumi.export('value', side.VALUE)")
    for value in (1, 2):
        (project / "side.py").write_text(f"VALUE = {value}  # {'x' * value}")
        assert warm.preview(project, "dev").outputs == {"value": value}


def test_nothing_of_the_hosts_is_importable_by_its_working_directory(warm, tmp_path):
    program = "import sys, pulumi\npulumi.export('path', list(sys.path))"
    path = warm.preview(write_project(tmp_path, program), "dev").outputs["path"]
    assert path[0] == "."
    assert "/" not in path
    assert not [entry for entry in path if entry.endswith("language_host")]


def test_a_program_finds_its_own_module_of_the_name_of_ours(warm, tmp_path):
    program = "import pulumi, sys\nbefore = [m for m in sys.modules if m.startswith('local_cloud')]\nimport local_cloud"
    project = write_project(tmp_path, f"{program}\npulumi.export('seen', [before, local_cloud.WHOSE])")
    (project / "local_cloud.py").write_text("WHOSE = 'the program'")
    assert warm.preview(project, "dev").outputs == {"seen": [[], "the program"]}


def test_an_output_that_fails_ends_the_program_though_another_never_completes(warm, tmp_path):
    program = (
        "import asyncio, pulumi\nnever = asyncio.get_event_loop().create_future()\n"
        "async def later():\n    await asyncio.sleep(0.1)\n    pulumi.Output.from_input(1).apply(lambda _: 1 / 0)\n"
        "    await asyncio.sleep(0.1)\n"
        "pulumi.Output.from_input(never).apply(lambda x: x)\npulumi.Output.from_input(later()).apply(lambda x: x)\n"
    )
    result = warm.preview(write_project(tmp_path, program), "dev")
    assert result.code != 0
    assert "ZeroDivisionError" in result.output


def test_two_stacks_run_at_the_same_time(warm, tmp_path):
    program = (
        "import pulumi, pathlib, time\nhere = pathlib.Path(pulumi.Config().require('mine'))\n"
        "here.touch()\nother = pathlib.Path(pulumi.Config().require('other'))\n"
        "while not other.exists(): time.sleep(0.01)\n"
    )
    a, b = str(tmp_path / "a.here"), str(tmp_path / "b.here")
    projects = [
        write_project(tmp_path / "one", program, {"trial:mine": a, "trial:other": b}),
        write_project(tmp_path / "two", program, {"trial:mine": b, "trial:other": a}),
    ]
    codes = []
    threads = [threading.Thread(target=lambda p=p: codes.append(warm.preview(p, "dev").code)) for p in projects]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0, 0]


def test_a_killed_engine_leaves_no_program_behind(warm, tmp_path):
    marker = tmp_path / "pid"
    program = f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    project = write_project(tmp_path / "project", program)
    with throwaway(project, "dev", warm.salt) as place, warm.popen(project, "dev", place) as engine:
        _wait_for(lambda: marker.exists() and marker.read_text())
        engine.kill()
    pid = int(marker.read_text())
    _wait_for(lambda: not _exists(pid))


def test_a_program_with_an_environment_of_its_own_runs_in_that_one(warm, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    site = next(p for p in sys.path if p.endswith("site-packages"))
    (next((tmp_path / "env" / "lib").glob("python3*")) / "site-packages" / "ours.pth").write_text(site)
    program = "import sys, pulumi\npulumi.export('prefix', sys.prefix)"
    result = warm.preview(write_project(tmp_path, program, virtualenv="env"), "dev")
    assert result.outputs == {"prefix": str(tmp_path / "env")}


def test_an_environment_without_the_sdk_says_what_to_install(warm, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    result = warm.preview(write_project(tmp_path, "import pulumi", virtualenv="env"), "dev")
    assert result.code != 0
    assert "the Pulumi SDK has not been installed" in result.output


@pytest.mark.parametrize(
    ("flags", "environment", "sent"),
    [((), {}, False), (("--debug",), {}, True), (("-d",), {}, True), ((), {"PULUMI_OPTION_DEBUG": "true"}, True)],
)
def test_the_sdks_debug_messages_are_sent_when_the_engine_shows_them(warm, tmp_path, flags, environment, sent):
    result = warm.preview(write_project(tmp_path, "import pulumi"), "dev", *flags, **environment)
    assert any("Waiting for outstanding RPCs" in message for message in result.messages("debug")) is sent


def _exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for(condition):
    while not condition():
        time.sleep(0.02)


def test_a_class_that_nobody_can_be_told_of_ends_its_own_run_only(warm, tmp_path):
    program = """
import pulumi
from pulumi import _types


@pulumi.input_type
class Odd:
    pass


Odd.__module__ = object()
_types.input_type_types(Odd)
pulumi.export("reached", True)
"""
    project = write_project(tmp_path / "project", program)
    for _ in range(2):
        result = warm.preview(project, "dev")
        assert (result.code, result.outputs) == (0, {"reached": True}), result.output


@pytest.fixture
def host():
    made = LanguageHost(preload=["json"])
    made.start()
    yield made
    made.stop()


def test_a_module_is_run_and_what_it_prints_comes_back(host, tmp_path):
    (tmp_path / "given.json").write_text('{"a": 1}')
    assert host.run_module("json.tool", "--compact", str(tmp_path / "given.json")) == b'{"a":1}\n'


def test_a_module_that_fails_says_why(host):
    with pytest.raises(ModuleError, match="No module named"):
        host.run_module("no.such.module")


def test_modules_are_looked_for_where_an_interpreter_that_the_engine_starts_would_look(warm, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "beside.py").write_text("WORD = 'found'\n")
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    result = warm.preview(write_project(tmp_path / "project", "import beside\nprint(beside.WORD)"), "dev")
    assert result.code == 0, result.output
    assert "found" in result.output
