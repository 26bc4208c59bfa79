"""What an app's processes get, and what becomes of them when they misbehave."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from local_cloud.runtime.errors import BackendError, CloudRefusal
from local_cloud.services.container_apps.backend import (
    Container,
    EnvironmentVariable,
    Override,
    RevisionFailed,
    Secret,
    words_of,
)
from tests.integration.container_apps.stage import DOMAIN, SAMPLE, Stage, app, host_of, replace
from tests.support.waiting import until

VAULT = "https://kv.vault.azure.net/secrets/DATABASE-URL"
IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
SECRET = Secret(name="database-url", key_vault_url=VAULT, identity=IDENTITY)
REFERENCE = EnvironmentVariable(name="DATABASE_URL", secret_ref="database-url")


def test_a_process_gets_the_environment_of_container_apps_and_nothing_of_the_daemons(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAEMON_SECRET", "leaks")
    status = stage.platform.put_app(app(identities=(IDENTITY,)))
    replica = status.replicas[0]
    env = stage.shown(host_of())["env"]
    assert "DAEMON_SECRET" not in env
    assert {name: env.pop(name) for name in list(env) if name not in {"PATH", "LC_CTYPE"}} == {
        "VERSION": "1",
        "SERVER_PORT": str(replica.port),
        "CONTAINER_APP_NAME": "ca-api",
        "CONTAINER_APP_REVISION": status.latest_revision,
        "CONTAINER_APP_REPLICA_NAME": replica.name,
        "CONTAINER_APP_HOSTNAME": f"{status.latest_revision}.{DOMAIN}",
        "CONTAINER_APP_ENV_DNS_SUFFIX": DOMAIN,
        "CONTAINER_APP_PORT": "8080",
        "IDENTITY_ENDPOINT": "http://identity/ca-api",
        "IDENTITY_HEADER": IDENTITY,
        "SSL_CERT_FILE": str(stage.ca.ca_file),
        "HOME": str(stage.directory / "apps/run/ca-api/home"),
        "LANG": "C.UTF-8",
    }


def test_an_app_without_identities_has_no_identity_endpoint(stage: Stage) -> None:
    stage.platform.put_app(app())
    assert "IDENTITY_ENDPOINT" not in stage.shown(host_of())["env"]


def test_each_replica_has_a_port_of_its_own_and_gets_its_share(stage: Stage) -> None:
    status = stage.platform.put_app(app(replicas=3))
    assert len({replica.port for replica in status.replicas}) == 3
    assert len({stage.shown(host_of())["pid"] for _ in range(6)}) == 3


def test_a_crashed_process_is_restarted(stage: Stage) -> None:
    stage.platform.put_app(app())
    first = stage.shown(host_of(), "/exit")["pid"]
    until(lambda: stage.platform.app("ca-api").restarts == 1)
    until(lambda: stage.get(host_of()).status_code == 200)
    assert stage.shown(host_of())["pid"] != first
    assert any("exited with code 7" in event.message for event in stage.platform.events("ca-api"))


def test_a_process_that_fails_its_liveness_probe_is_restarted(stage: Stage, tmp_path: Path) -> None:
    marker = tmp_path / "dead"
    status = stage.platform.put_app(app(env={"DEAD_IF": str(marker)}))
    marker.touch()
    until(lambda: stage.platform.app("ca-api").restarts >= 1)
    marker.unlink()
    until(lambda: stage.platform.app("ca-api").ready == 1)
    assert stage.platform.app("ca-api").replicas[0].pids != status.replicas[0].pids
    assert any("liveness probe" in event.message for event in stage.platform.events("ca-api"))


def test_a_replica_that_is_not_ready_gets_no_traffic_and_is_not_restarted(stage: Stage, tmp_path: Path) -> None:
    marker = tmp_path / "unready"
    stage.platform.put_app(app(env={"UNREADY_IF": str(marker)}))
    marker.touch()
    until(lambda: stage.get(host_of()).status_code == 503)
    assert stage.platform.app("ca-api").state == "Degraded"
    marker.unlink()
    until(lambda: stage.get(host_of()).status_code == 200)
    assert stage.platform.app("ca-api").restarts == 0


def test_a_process_that_ignores_sigterm_is_killed_after_its_grace_period(stage: Stage) -> None:
    stage.map_image(
        "stubborn*",
        f"{{python}} -I -S -c \"import signal, runpy; signal.signal = lambda *_: None; runpy.run_path('{SAMPLE}')\"",
        port="SERVER_PORT",
    )
    declared = app(image="stubborn")
    declared = replace(declared, template=replace(declared.template, termination_grace_s=0.2))
    pid = stage.platform.put_app(declared).replicas[0].pids[0]
    os.kill(pid, signal.SIGSTOP)  # cannot even notice the signal
    stage.platform.delete_app("ca-api")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_init_containers_run_in_order_before_the_app(stage: Stage, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    stage.map_image("init*", f"/bin/sh -c 'echo $STEP $SECRET >> {trace}; echo did $STEP'")
    status = stage.platform.put_app(
        app(
            secrets=(Secret(name="s", value="v"),),
            template={"init_containers": (init("first"), init("second"))},
            env={"TRACE": "x"},
        )
    )
    assert trace.read_text() == "first v\nsecond v\n"
    assert status.replicas[0].log_files["second"].read_text() == "did second\n"


def test_a_failing_init_container_fails_the_revision_with_its_log(stage: Stage) -> None:
    stage.map_image("init*", "/bin/sh -c 'echo no schema; exit 3'")
    with pytest.raises(RevisionFailed, match=r"(?s)init container first exited with code 3.*no schema"):
        stage.platform.put_app(app(template={"init_containers": (init("first", secret=False),)}))


def test_a_failing_init_container_is_tried_again(stage: Stage, tmp_path: Path) -> None:
    stage.map_image("init*", f"/bin/sh -c 'test -e {tmp_path}/tried || {{ touch {tmp_path}/tried; exit 1; }}'")
    status = stage.platform.put_app(app(template={"init_containers": (init("first", secret=False),)}))
    assert status.ready == 1


def test_a_second_container_runs_beside_the_first(stage: Stage, tmp_path: Path) -> None:
    stage.map_image("sidecar*", f"/bin/sh -c 'touch {tmp_path}/beside; sleep 600'")
    declared = app()
    sidecar = Container(name="sidecar", image="sidecar")
    template = replace(declared.template, containers=(*declared.template.containers, sidecar), termination_grace_s=0.1)
    status = stage.platform.put_app(replace(declared, template=template))
    until((tmp_path / "beside").exists)
    assert len(status.replicas[0].pids) == 2


def test_a_vault_reference_is_read_with_the_named_identity(stage: Stage) -> None:
    stage.secrets[IDENTITY, VAULT] = "postgres://secret"
    stage.platform.put_app(app(secrets=(SECRET,), env={REFERENCE: ""}))
    assert stage.shown(host_of())["env"]["DATABASE_URL"] == "postgres://secret"


def test_a_vault_reference_without_a_role_is_refused_in_azures_words(stage: Stage) -> None:
    with pytest.raises(
        CloudRefusal, match=f"unable to fetch secret 'database-url' .* using Managed identity '{IDENTITY}'"
    ):
        stage.platform.put_app(app(secrets=(SECRET,), env={REFERENCE: ""}))
    assert stage.platform.apps() == []


def test_a_reference_to_an_unknown_secret_is_refused(stage: Stage) -> None:
    with pytest.raises(CloudRefusal, match="SecretRef 'database-url' defined for container 'api'"):
        stage.platform.put_app(app(env={REFERENCE: ""}))


def test_a_rotated_secret_reaches_the_app_when_references_are_read_again(stage: Stage) -> None:
    stage.secrets[IDENTITY, VAULT] = "old"
    stage.platform.put_app(app(secrets=(SECRET,), env={REFERENCE: ""}))
    assert not stage.platform.refresh_secrets("ca-api")
    stage.secrets[IDENTITY, VAULT] = "new"
    assert stage.platform.refresh_secrets("ca-api")
    assert stage.shown(host_of())["env"]["DATABASE_URL"] == "new"


def test_secrets_are_sealed_on_disk_and_in_no_command_line(stage: Stage) -> None:
    stage.secrets[IDENTITY, VAULT] = "very-secret-value"
    status = stage.platform.put_app(app(secrets=(SECRET,), env={REFERENCE: ""}))
    kept = [file for file in stage.directory.rglob("*") if file.is_file() and b"very-secret-value" in file.read_bytes()]
    assert kept == []
    command = Path(f"/proc/{status.replicas[0].pids[0]}/cmdline").read_bytes()
    assert b"very-secret-value" not in command


def test_replicas_are_renewed_when_the_entry_of_their_image_changed(stage: Stage) -> None:
    before = stage.platform.put_app(app())
    stage.platform.renew_outdated()
    assert stage.platform.app("ca-api").replicas[0].pids == before.replicas[0].pids
    stage.map_image("ghcr.io/ecent/api*", stage.images_command, port="SERVER_PORT", env={"ADDED": "yes"})
    stage.platform.renew_outdated()
    assert stage.shown(host_of())["env"]["ADDED"] == "yes"


def test_a_failing_app_runs_again_as_soon_as_its_entry_is_fixed(stage: Stage) -> None:
    stage.platform.put_app(app())
    entries = stage.images_file.read_text()
    stage.close()
    stage.images_file.write_text(entries.replace('"port"', '"prot"'))
    stage.open()
    with pytest.raises(BackendError, match="'prot' is not a known key; did you mean 'port'"):
        stage.platform.renew_outdated()
    stage.images_file.write_text(entries)
    stage.platform.renew_outdated()
    assert stage.platform.app("ca-api").state == "Running"
    until(lambda: stage.get(host_of()).status_code == 200)


def test_a_developers_command_runs_in_the_same_environment(stage: Stage, tmp_path: Path) -> None:
    stage.platform.put_app(app(identities=(IDENTITY,)))
    before = stage.shown(host_of())
    command = words_of(f"{{python}} -I -S {SAMPLE}")
    stage.platform.override("ca-api", Override(command=command, cwd=str(tmp_path), tools=(("PATH", "/my/tools"),)))
    after = stage.shown(host_of())
    assert after["cwd"] == str(tmp_path)
    assert after["env"]["PATH"] == "/my/tools"
    changing = {"PATH", "SERVER_PORT", "CONTAINER_APP_REPLICA_NAME"}
    assert {
        name for name in before["env"].keys() | after["env"].keys() if before["env"].get(name) != after["env"].get(name)
    } == (changing)


def test_a_developers_command_stays_for_the_next_revision_until_it_is_taken_back(stage: Stage, tmp_path: Path) -> None:
    stage.platform.put_app(app())
    stage.platform.override("ca-api", Override(command=("{python}", "-I", "-S", str(SAMPLE)), cwd=str(tmp_path)))
    stage.platform.put_app(app(env={"VERSION": "2"}))
    assert stage.shown(host_of())["cwd"] == str(tmp_path)
    assert stage.platform.override("ca-api", None).override is None
    assert stage.shown(host_of())["cwd"] == str(stage.directory)


def test_a_developers_command_that_fails_leaves_what_ran_before(stage: Stage) -> None:
    stage.platform.put_app(app())
    with pytest.raises(RevisionFailed, match="/no/such/program"):
        stage.platform.override("ca-api", Override(command=("/no/such/program",)))
    assert stage.get(host_of()).status_code == 200
    assert stage.platform.app("ca-api").override is None


def init(name: str, *, secret: bool = True) -> Container:
    variables = (EnvironmentVariable(name="STEP", value=name),)
    if secret:
        variables = (*variables, EnvironmentVariable(name="SECRET", secret_ref="s"))
    return Container(name=name, image=f"init-{name}", env=variables)
