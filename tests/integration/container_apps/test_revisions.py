"""Revisions: how one takes over from another, and what happens when it cannot."""

from __future__ import annotations

from tests.integration.container_apps.stage import Stage, app, host_of


def test_an_app_is_reached_over_verified_tls_by_its_name(stage: Stage) -> None:
    status = stage.platform.put_app(app())
    assert (status.state, status.fqdn, status.ready) == ("Running", host_of(), 1)
    assert stage.shown(host_of())["env"]["VERSION"] == "1"
