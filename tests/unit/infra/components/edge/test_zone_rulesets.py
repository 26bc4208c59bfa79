from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra.components.edge.zone import Zone
from infra.config.sections.cloudflare import RateLimitSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples

FREE = {"plan": "free", "rate_limit": RateLimitSection(requests=2, period_s=10, timeout_s=10)}


def zone(**changes: object) -> Program[Zone]:
    return declare(lambda: Zone("zone", examples.zone(**changes)))


def rule(program: Program[Zone], name: str) -> Mapping[str, Any]:
    (found,) = program.one(name).inputs["rules"]
    return found


def test_each_phase_has_one_entry_point() -> None:
    phases = [each.inputs["phase"] for each in zone().of("Ruleset")]
    assert sorted(phases) == [
        "http_config_settings",
        "http_ratelimit",
        "http_request_firewall_managed",
        "http_response_headers_transform",
    ]


def test_every_rule_has_a_ref_so_that_updates_do_not_make_all_anew() -> None:
    rules = [each for ruleset in zone().of("Ruleset") for each in ruleset.inputs["rules"]]
    assert len(rules) == 5
    assert all(each["ref"] for each in rules)


def test_sign_in_is_limited_to_ten_a_minute_for_each_address() -> None:
    limit = rule(zone(), "zone-rate-limit")
    assert limit["expression"] == (
        'lower(http.host) in {"api.ecent.online"} and starts_with(http.request.uri.path, "/auth/")'
    )
    assert limit["ratelimit"] == {
        "characteristics": ["cf.colo.id", "ip.src"],
        "period": 60,
        "requestsPerPeriod": 10,
        "mitigationTimeout": 600,
    }


def test_the_free_plan_looks_at_the_path_alone() -> None:
    assert rule(zone(**FREE), "zone-rate-limit")["expression"] == 'starts_with(http.request.uri.path, "/auth/")'


def test_managed_rules_are_deployed_where_the_plan_has_them() -> None:
    assert [each["ref"] for each in zone().one("zone-firewall").inputs["rules"]] == ["cloudflare-managed", "owasp-core"]
    assert "zone-firewall" not in [each.name for each in zone(**FREE).resources]


def test_answers_of_the_hosts_carry_careful_headers() -> None:
    headers = rule(zone(), "zone-response-headers")
    assert headers["expression"] == 'lower(http.host) in {"api.ecent.online"}'
    assert headers["actionParameters"]["headers"]["X-Content-Type-Options"] == {"operation": "set", "value": "nosniff"}


def test_the_edge_shows_its_secret_to_the_hosts_that_know_it_and_to_no_other() -> None:
    program = zone(hosts=["api.ecent.online", "admin.ecent.online"], secret_hosts=["api.ecent.online"], secret="s" * 64)
    ruleset = program.one("zone-request-headers")
    (shown,) = ruleset.inputs["rules"]
    assert ruleset.inputs["phase"] == "http_request_late_transform"
    assert (shown["expression"], shown["action"]) == ('lower(http.host) in {"api.ecent.online"}', "rewrite")
    header = shown["actionParameters"]["headers"]["X-Edge-Secret"]
    assert (header["operation"], header["value"]) == ("set", "s" * 64)


@pytest.mark.parametrize("missing", [{"secret_hosts": []}, {"secret": None}])
def test_without_hosts_that_know_it_there_is_no_secret_at_the_edge(missing: dict[str, object]) -> None:
    program = zone(**{"secret_hosts": ["api.ecent.online"], "secret": "s" * 64} | missing)
    assert "zone-request-headers" not in {each.name for each in program.resources}
