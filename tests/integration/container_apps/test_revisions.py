"""Revisions: how one takes over from another, and what happens when it cannot."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.runtime.processes.supervisor import BackOff
from local_cloud.services.container_apps.backend import (
    HttpGet,
    ImageUnmapped,
    Ingress,
    Probe,
    RevisionFailed,
    Template,
    TrafficWeight,
)
from tests.integration.container_apps.stage import READY, Stage, app, host_of, replace
from tests.support.waiting import until


def test_an_app_is_reached_over_verified_tls_by_its_name(stage: Stage) -> None:
    status = stage.platform.put_app(app())
    assert (status.state, status.fqdn, status.ready) == ("Running", host_of(), 1)
    assert stage.shown(host_of())["env"]["VERSION"] == "1"


def test_the_same_declaration_again_changes_nothing(stage: Stage) -> None:
    first = stage.platform.put_app(app())
    again = stage.platform.put_app(app())
    assert [each.pids for each in again.replicas] == [each.pids for each in first.replicas]
    assert len(again.revisions) == 1


def test_a_changed_template_makes_a_new_revision_that_takes_over(stage: Stage) -> None:
    first = stage.platform.put_app(app())
    second = stage.platform.put_app(app(env={"VERSION": "2"}))
    assert stage.shown(host_of())["env"]["VERSION"] == "2"
    assert [each.state for each in second.revisions] == ["Stopped", "Running"]
    assert second.latest_ready_revision != first.latest_ready_revision


def test_a_replaced_revision_ends_politely(stage: Stage) -> None:
    first = stage.platform.put_app(app())
    log_file = first.replicas[0].log_files["api"]
    stage.platform.put_app(app(env={"VERSION": "2"}))
    assert log_file.read_text().endswith("ended politely\n")


def test_a_suffix_names_the_revision(stage: Stage) -> None:
    status = stage.platform.put_app(app(template={"revision_suffix": "blue"}))
    assert status.latest_revision == "ca-api--blue"
    assert stage.shown(host_of("ca-api--blue"))["env"]["CONTAINER_APP_REVISION"] == "ca-api--blue"


def test_going_back_under_the_suffix_of_an_old_revision_is_refused(stage: Stage) -> None:
    stage.platform.put_app(app(template={"revision_suffix": "blue"}))
    stage.platform.put_app(app(env={"VERSION": "2"}, template={"revision_suffix": "green"}))
    with pytest.raises(CloudRefusal, match="revision with suffix blue already exists"):
        stage.platform.put_app(app(template={"revision_suffix": "blue"}))


def test_going_back_without_a_suffix_makes_another_revision(stage: Stage) -> None:
    first = stage.platform.put_app(app())
    stage.platform.put_app(app(env={"VERSION": "2"}))
    third = stage.platform.put_app(app())
    assert stage.shown(host_of())["env"]["VERSION"] == "1"
    assert third.latest_revision == f"{first.latest_revision}-2"


def test_another_template_with_the_same_suffix_is_refused(stage: Stage) -> None:
    stage.platform.put_app(app(template={"revision_suffix": "blue"}))
    with pytest.raises(CloudRefusal, match="revision with suffix blue already exists"):
        stage.platform.put_app(app(env={"VERSION": "2"}, template={"revision_suffix": "blue"}))
    assert stage.shown(host_of())["env"]["VERSION"] == "1"


def test_a_failed_revision_says_why_and_leaves_the_old_one_serving(stage: Stage) -> None:
    stage.platform.put_app(app(template={"revision_suffix": "good"}))
    with pytest.raises(RevisionFailed) as failed:
        stage.platform.put_app(app(env={"EXIT_AT_ONCE": "no database"}, template={"revision_suffix": "bad"}))
    said = str(failed.value)
    assert "exited with code 1" in said
    assert "cannot start: no database" in said
    assert "ca-api--good keeps serving" in said
    status = stage.platform.app("ca-api")
    assert (status.state, status.latest_revision, status.latest_ready_revision) == (
        "Degraded",
        "ca-api--bad",
        "ca-api--good",
    )
    assert stage.shown(host_of())["env"]["CONTAINER_APP_REVISION"] == "ca-api--good"


def test_a_failed_revision_is_tried_again_when_it_is_declared_again(stage: Stage, tmp_path) -> None:
    stage.map_image("other*", "/bin/false")
    with pytest.raises(RevisionFailed):
        stage.platform.put_app(app(image="other"))
    stage.map_image("other*", f"{{python}} -I -S {__file__.replace('test_revisions', 'sample')}", port="SERVER_PORT")
    assert stage.platform.put_app(app(image="other")).state == "Running"


def test_an_app_that_never_becomes_ready_fails_and_is_ended(stage: Stage, tmp_path) -> None:
    stage.close()
    stage.timing = replace(stage.timing, deploy_s=1)
    stage.open()
    marker = tmp_path / "unready"
    marker.touch()
    with pytest.raises(RevisionFailed, match=r"GET /ready on port .* answered 503") as failed:
        stage.platform.put_app(app(env={"UNREADY_IF": str(marker)}))
    assert "was not ready within 1 s" in str(failed.value)
    assert stage.platform.app("ca-api").replicas == ()


def test_an_unmapped_image_shows_the_lines_to_add(stage: Stage) -> None:
    with pytest.raises(ImageUnmapped, match=r"- image: registry:5000/team/web\*"):
        stage.platform.put_app(app(image="registry:5000/team/web:1.2"))


def test_traffic_is_split_between_revisions_by_weight(stage: Stage) -> None:
    stage.platform.put_app(
        app(revisions_mode="Multiple", env={"VERSION": "blue"}, template={"revision_suffix": "blue"})
    )
    weights = (
        TrafficWeight(weight=80, revision_name="ca-api--blue"),
        TrafficWeight(weight=20, latest_revision=True),
    )
    green = app(
        revisions_mode="Multiple",
        replicas=2,
        env={"VERSION": "green"},
        template={"revision_suffix": "green"},
        ingress=Ingress(target_port=8080, traffic=weights),
    )
    status = stage.platform.put_app(green)
    assert [(each.name, each.weight) for each in status.revisions] == [("ca-api--blue", 80), ("ca-api--green", 20)]
    seen = Counter(stage.shown(host_of())["env"]["VERSION"] for _ in range(100))
    assert seen == {"blue": 80, "green": 20}


def test_changed_weights_take_effect_without_a_new_revision(stage: Stage) -> None:
    blue = app(revisions_mode="Multiple", env={"VERSION": "blue"}, template={"revision_suffix": "blue"})
    green = app(revisions_mode="Multiple", env={"VERSION": "green"}, template={"revision_suffix": "green"})
    stage.platform.put_app(blue)
    stage.platform.put_app(green)
    assert stage.shown(host_of())["env"]["VERSION"] == "green"
    back = Ingress(target_port=8080, traffic=(TrafficWeight(weight=100, revision_name="ca-api--blue"),))
    status = stage.platform.put_app(replace(green, ingress=back))
    assert stage.shown(host_of())["env"]["VERSION"] == "blue"
    assert len(status.revisions) == 2


def test_each_revision_has_a_host_of_its_own(stage: Stage) -> None:
    stage.platform.put_app(
        app(revisions_mode="Multiple", env={"VERSION": "blue"}, template={"revision_suffix": "blue"})
    )
    stage.platform.put_app(
        app(revisions_mode="Multiple", env={"VERSION": "green"}, template={"revision_suffix": "green"})
    )
    assert stage.shown(host_of("ca-api--blue"))["env"]["VERSION"] == "blue"
    assert stage.shown(host_of("ca-api--green"))["env"]["VERSION"] == "green"


def test_traffic_for_an_unknown_revision_is_refused(stage: Stage) -> None:
    ingress = Ingress(target_port=8080, traffic=(TrafficWeight(weight=100, revision_name="ca-api--gone"),))
    with pytest.raises(CloudRefusal, match="ca-api--gone"):
        stage.platform.put_app(app(revisions_mode="Multiple", ingress=ingress))


def test_a_revision_with_traffic_cannot_be_deactivated_and_others_can(stage: Stage) -> None:
    stage.platform.put_app(
        app(revisions_mode="Multiple", env={"VERSION": "blue"}, template={"revision_suffix": "blue"})
    )
    stage.platform.put_app(
        app(revisions_mode="Multiple", env={"VERSION": "green"}, template={"revision_suffix": "green"})
    )
    with pytest.raises(CloudRefusal, match="RevisionHasTraffic"):
        stage.platform.deactivate_revision("ca-api", "ca-api--green")
    stage.platform.deactivate_revision("ca-api", "ca-api--blue")
    assert {each.name: each.state for each in stage.platform.app("ca-api").revisions}["ca-api--blue"] == "Stopped"
    assert stage.get(host_of("ca-api--blue")).status_code == 404


def test_single_mode_ends_the_other_revisions(stage: Stage) -> None:
    blue = app(revisions_mode="Multiple", env={"VERSION": "blue"}, template={"revision_suffix": "blue"})
    green = app(revisions_mode="Multiple", env={"VERSION": "green"}, template={"revision_suffix": "green"})
    stage.platform.put_app(blue)
    stage.platform.put_app(green)
    status = stage.platform.put_app(replace(green, revisions_mode="Single"))
    assert [each.active for each in status.revisions] == [False, True]


def test_a_deleted_app_leaves_nothing(stage: Stage) -> None:
    status = stage.platform.put_app(app())
    stage.platform.delete_app("ca-api")
    assert stage.get(host_of()).status_code == 404
    assert not status.replicas[0].log_files["api"].exists()
    with pytest.raises(CloudRefusal, match="ResourceNotFound"):
        stage.platform.app("ca-api")


def test_an_image_with_a_fixed_port_is_replaced_one_after_the_other(stage: Stage) -> None:
    from local_cloud.runtime.network.ports import free_port  # noqa: PLC0415

    port = free_port()
    stage.map_image("fixed*", f"{{python}} -I -S {__file__.replace('test_revisions', 'sample')}")
    ready = replace(READY, http_get=replace(READY.http_get, port=port))
    declared = {"image": "fixed", "ingress": Ingress(target_port=port), "probes": (ready,)}
    stage.platform.put_app(app(env={"VERSION": "1", "SERVER_PORT": str(port)}, **declared))
    stage.platform.put_app(app(env={"VERSION": "2", "SERVER_PORT": str(port)}, **declared))
    assert stage.shown(host_of())["env"]["VERSION"] == "2"
    with pytest.raises(RevisionFailed):
        stage.platform.put_app(app(env={"EXIT_AT_ONCE": "yes", "SERVER_PORT": str(port)}, **declared))
    assert stage.shown(host_of())["env"]["VERSION"] == "2"


def test_old_revisions_are_forgotten_beyond_the_limit(stage: Stage) -> None:
    for version in range(4):
        status = stage.platform.put_app(app(env={"VERSION": str(version)}, max_inactive_revisions=1))
    assert [each.active for each in status.revisions] == [False, True]


def test_replicas_scale_with_the_requests_under_way(stage: Stage, tmp_path) -> None:
    import threading  # noqa: PLC0415

    from local_cloud.services.container_apps.backend import Scale  # noqa: PLC0415

    go_on = tmp_path / "go on"
    declared = app(env={"GO_ON_IF": str(go_on)})
    scale = Scale(min_replicas=1, max_replicas=3, concurrent_requests=1, cooldown_s=0)
    template: Template = replace(declared.template, scale=scale)
    stage.platform.put_app(replace(declared, template=template))
    asking = [threading.Thread(target=stage.get, args=(host_of(), "/slow")) for _ in range(3)]
    for thread in asking:
        thread.start()
    until(lambda: stage.platform.app("ca-api").ready == 3, "scaling out")
    go_on.touch()
    for thread in asking:
        thread.join()
    until(lambda: len(stage.platform.app("ca-api").replicas) == 1, "scaling in")


def test_the_time_that_a_container_takes_not_to_come_up_is_none_of_health(stage: Stage, tmp_path: Path) -> None:
    stage.close()
    stage.timing = replace(stage.timing, back_off=BackOff(first_s=0.05, most_s=0.2, healthy_s=0.1))
    stage.open()
    marker = tmp_path / "unready"
    marker.touch()
    slow = Probe(type="Startup", http_get=HttpGet(path="/ready", port=8080), period_s=0.2, timeout_s=5)
    with pytest.raises(RevisionFailed, match="failed 3 times: container api failed its startup probe"):
        stage.platform.put_app(app(env={"UNREADY_IF": str(marker)}, probes=(slow,)))


def test_a_failure_says_where_the_log_is_and_what_to_do(stage: Stage, tmp_path: Path) -> None:
    marker = tmp_path / "unready"
    marker.touch()
    patient = Probe(
        type="Startup", http_get=HttpGet(path="/ready", port=8080), period_s=0.1, timeout_s=5, failure_threshold=40
    )
    with pytest.raises(RevisionFailed) as failed:
        stage.platform.put_app(app(env={"UNREADY_IF": str(marker)}, probes=(patient,)))
    said = str(failed.value)
    assert "/api.log\n  last lines:\n    listening on" in said
    assert "ca-api has no revision that serves.\nFix what its log shows, or what " in said
    assert said.endswith("local-images.yaml runs for its image, and type `ignition up` again.")
