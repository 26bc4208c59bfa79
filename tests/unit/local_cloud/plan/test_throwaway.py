"""Throwaway backends."""

import json
import os
import stat
import subprocess
import sys

import pytest
import yaml

from local_cloud.plan.throwaway import REDACTED, StackError, throwaway

STACK = """
secretsprovider: azurekeyvault://vault.example/keys/k
encryptedkey: bm90IGEga2V5
config:
  ignition:environment: prod
  ignition:token:
    secure: v1:abc
  ignition:nested: {list: [{secure: v1:def}, plain]}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: ignition\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(STACK)
    return tmp_path


def test_nothing_of_the_stacks_own_secrets_provider_is_left(project):
    with throwaway(project, "prod", "v1:salt") as place:
        text = place.config_file.read_text()
    assert "azurekeyvault" not in text
    assert "bm90IGEga2V5" not in text
    assert "v1:abc" not in text
    assert yaml.safe_load(text)["encryptionsalt"] == "v1:salt"


def test_encrypted_values_become_markers_at_any_depth(project):
    with throwaway(project, "prod", "v1:salt") as place:
        config = yaml.safe_load(place.config_file.read_text())["config"]
    assert config["ignition:token"] == REDACTED
    assert config["ignition:nested"] == {"list": [REDACTED, "plain"]}
    assert config["ignition:environment"] == "prod"


def test_the_backend_holds_the_stack_with_the_given_resources(project):
    resources = [{"urn": "urn:pulumi:prod::ignition::pulumi:pulumi:Stack::ignition-prod"}]
    with throwaway(project, "prod", "v1:salt", resources) as place:
        file = place.backend / ".pulumi" / "stacks" / "ignition" / "prod.json"
        checkpoint = json.loads(file.read_text())["checkpoint"]
    assert checkpoint["latest"]["resources"] == resources
    assert checkpoint["stack"] == "organization/ignition/prod"


def test_nothing_is_left_behind_even_after_an_error(project):
    with pytest.raises(RuntimeError), throwaway(project, "prod", "v1:salt") as place:
        raise RuntimeError
    assert not place.config_file.parent.exists()


def test_an_unknown_stack_is_refused_with_the_ones_there_are(project):
    with (
        pytest.raises(StackError, match=r"there is no Pulumi.staging.yaml .*; stacks here: prod"),
        throwaway(project, "staging", ""),
    ):
        pass


def test_a_directory_without_a_project_is_refused(tmp_path):
    with pytest.raises(StackError, match=r"has no Pulumi\.yaml"), throwaway(tmp_path, "prod", ""):
        pass


@pytest.fixture
def gone():
    """The id of a process that ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A directory for temporary files that all accounts share."""
    place = tmp_path / "shared"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    return place


def test_a_backend_is_ours_alone_and_nobody_can_guess_its_name(project, shared):
    with throwaway(project, "prod", "v1:salt"), throwaway(project, "prod", "v1:salt"):
        made = list(shared.iterdir())
        assert len({each.name for each in made}) == 2
        assert {stat.S_IMODE(each.stat().st_mode) for each in made} == {0o700}


def test_what_a_killed_run_left_is_removed(project, shared, gone):
    (shared / f"ignition-preview-{gone}-x").mkdir()
    with throwaway(project, "prod", "v1:salt"):
        assert len(list(shared.iterdir())) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another account")
def test_what_another_account_left_stays(project, shared, gone):
    theirs = shared / f"ignition-preview-{gone}-x"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    with throwaway(project, "prod", "v1:salt"):
        assert theirs.exists()


def test_a_link_that_is_named_like_one_leads_to_no_removal(project, shared, gone, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (shared / f"ignition-preview-{gone}-x").symlink_to(tmp_path / "kept")
    with throwaway(project, "prod", "v1:salt"):
        assert (tmp_path / "kept" / "file").exists()
