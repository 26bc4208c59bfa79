"""`ignition calibrate` reads what the real engine writes. The runs are our own: no real cloud is asked."""

import json

import pytest

from tests.integration.preview.programs import GROUP, VAULT, project
from tests.support.exported_states import write_state
from tests.support.ignition_command import Ignition


@pytest.fixture(scope="module")
def ignition(tmp_path_factory):
    command = Ignition(tmp_path_factory.mktemp("state"))
    yield command
    command.close()


@pytest.fixture
def where(tmp_path):
    return project(tmp_path / "project", VAULT.format(sku="standard"))


def test_the_json_of_a_preview_agrees(ignition, where, tmp_path):
    (tmp_path / "preview.json").write_text(ignition("preview", "dev", "--json", cwd=where).out)
    ran = ignition("calibrate", "dev", str(tmp_path / "preview.json"), cwd=where)
    assert ran.code == 0, ran.everything
    assert ran.out.startswith("2 resources, from the JSON of a preview; nothing was deployed.\n")
    assert "Both say the same." in ran.out


def test_the_engines_event_log_agrees(ignition, where, tmp_path):
    log = tmp_path / "events.json"
    argv = ("pulumi", "preview", "--stack", "dev", "--event-log", str(log), "--non-interactive")
    backend = {"PULUMI_BACKEND_URL": f"file://{tmp_path}", "PULUMI_CONFIG_PASSPHRASE": ""}
    made = ignition("attach", "--", "pulumi", "stack", "init", "dev", cwd=where, **backend)
    assert made.code == 0, made.everything
    ran = ignition("attach", "--", *argv, cwd=where, PULUMI_DEBUG_COMMANDS="true", **backend)
    assert ran.code == 0, ran.everything
    calibrated = ignition("calibrate", "dev", str(log), cwd=where)
    assert calibrated.code == 0, calibrated.everything
    assert calibrated.out.startswith("2 resources, from an event log; nothing was deployed.\n")


def test_an_exported_state_agrees_and_its_fixture_of_outputs_is_compared(ignition, where, tmp_path):
    steps = json.loads(ignition("preview", "dev", "--json", cwd=where).out)["steps"]
    state = write_state(tmp_path / "state.json", steps)
    ran = ignition("calibrate", "dev", str(state), "--json", cwd=where)
    document = json.loads(ran.out)
    assert document["deployed"] is True
    assert all(each["refusedHere"] == [] for each in document["resources"])


def test_a_run_that_took_what_is_refused_here_is_listed(ignition, where, tmp_path):
    steps = json.loads(ignition("preview", "dev", "--json", cwd=where).out)["steps"]
    state = write_state(tmp_path / "state.json", steps)
    state.write_text(state.read_text().replace("kv-trial", "bad_name_"))
    ran = ignition("calibrate", "dev", str(state), cwd=where)
    assert ran.code == 1
    assert "here: keyvault.Vault.vaultName.pattern" in ran.out


@pytest.mark.parametrize("content", ["", "not a log", '{"a": 1}', GROUP])
def test_a_log_that_is_no_log_is_a_clear_error(ignition, where, tmp_path, content):
    (tmp_path / "log").write_text(content)
    ran = ignition("calibrate", "dev", str(tmp_path / "log"), "--confirm", cwd=where)
    assert ran.code == 1
    assert "is no record of a run" in ran.err
    assert "Traceback" not in ran.everything
