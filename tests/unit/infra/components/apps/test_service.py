from __future__ import annotations

import pytest
from pulumi.output import Unknown

from infra.components.access.identity import AppIdentity
from infra.components.apps.service import CustomDomain, Service
from infra.components.edge.cloudflare_ranges import CLOUDFLARE_IPV4
from infra.config.sections.apps import TrafficSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples
from tests.unit.infra.components.examples import CERTIFICATE, IDENTITY, VAULT, container

ROLES = {"name": "roles", "image": "docker.io/library/postgres@sha256:65", "command": ["sh"], "env": {}}


def service(**changes: object) -> Program[Service]:
    return declare(lambda: Service("api", examples.service(**changes)))


def app(**changes: object) -> dict[str, object]:
    return dict(service(**changes).one("api-app").inputs)


def configuration(**changes: object) -> dict[str, object]:
    return dict(app(**changes)["configuration"])


def template(**changes: object) -> dict[str, object]:
    return dict(app(**changes)["template"])


def suffix(**changes: object) -> object:
    return template(**changes)["revisionSuffix"]


def test_secrets_are_references_that_the_identity_reads() -> None:
    assert configuration()["secrets"] == [
        {"name": "api-database-url", "keyVaultUrl": f"{VAULT}/DATABASE-URL/1", "identity": IDENTITY}
    ]


def test_a_secret_variable_refers_to_its_secret_and_a_plain_one_holds_its_value() -> None:
    (api,) = template()["containers"]
    assert api["env"] == [
        {"name": "SERVER_PORT", "value": "8080"},
        {"name": "DATABASE_URL", "secretRef": "api-database-url"},
    ]


def test_code_in_the_containers_cannot_use_the_identity() -> None:
    assert configuration()["identitySettings"] == [{"identity": IDENTITY, "lifecycle": "None"}]


def test_the_identity_pulls_the_image() -> None:
    assert configuration()["registries"] == [{"server": "crignitiontest.azurecr.io", "identity": IDENTITY}]


def test_while_images_are_public_no_registry_is_named() -> None:
    assert configuration(registry_server=None)["registries"] == []


def test_a_host_with_a_certificate_is_bound_to_it() -> None:
    assert configuration()["ingress"]["customDomains"] == [
        {"name": "api.ecent.online", "bindingType": "SniEnabled", "certificateId": CERTIFICATE}
    ]


def test_custom_domains_are_declared_even_when_there_are_none_because_leaving_them_out_unbinds() -> None:
    assert configuration(custom_domains=[])["ingress"]["customDomains"] == []


def test_a_host_without_a_certificate_gets_one_from_azure_after_the_app_asks_for_it() -> None:
    program = service(custom_domains=[CustomDomain(host="api-dev.ecent.online")], allowed_ranges=[])
    (bound,) = program.one("api-app").inputs["configuration"]["ingress"]["customDomains"]
    (certificate,) = program.of("ManagedCertificate")
    assert bound == {"name": "api-dev.ecent.online", "bindingType": "Auto"}
    assert certificate.inputs["properties"]["subjectName"] == "api-dev.ecent.online"
    assert program.waits_for(certificate.name, "api-app")


def test_a_certificate_in_use_is_not_deleted_before_the_app_that_uses_it() -> None:
    program = service(custom_domains=[CustomDomain(host="api-dev.ecent.online")], allowed_ranges=[])
    (certificate,) = program.of("ManagedCertificate")
    assert certificate.deleted_with == program.one("api-app").urn


def test_only_cloudflare_connects_unless_told_otherwise() -> None:
    rules = configuration()["ingress"]["ipSecurityRestrictions"]
    assert [each["ipAddressRange"] for each in rules] == list(CLOUDFLARE_IPV4)
    assert {each["action"] for each in rules} == {"Allow"}


def test_plain_http_is_refused() -> None:
    assert configuration()["ingress"]["allowInsecure"] is False


def test_the_app_is_asked_over_http_whether_it_started_lives_and_is_ready() -> None:
    (api,) = template(port=9000)["containers"]
    assert [each["type"] for each in api["probes"]] == ["Startup", "Liveness", "Readiness"]
    assert {(each["httpGet"]["path"], each["httpGet"]["port"]) for each in api["probes"]} == {("/health", 9000)}


def test_scale_memory_and_grace_period_reach_the_template() -> None:
    found = template(grace_period_s=45)
    assert found["terminationGracePeriodSeconds"] == 45
    assert found["scale"]["minReplicas"] == 2
    assert found["scale"]["rules"] == [{"name": "http", "http": {"metadata": {"concurrentRequests": "50"}}}]
    assert found["containers"][0]["resources"] == {"cpu": 0.5, "memory": "1Gi"}


def test_an_init_container_has_variables_and_secrets_of_its_own() -> None:
    roles = container(**ROLES, secrets={"DATABASE_URL": f"{VAULT}/ADMIN-URL/1"})
    found = app(init_containers=[roles])
    (made,) = found["template"]["initContainers"]
    assert made["env"] == [{"name": "DATABASE_URL", "secretRef": "roles-database-url"}]
    assert [each["name"] for each in found["configuration"]["secrets"]] == ["api-database-url", "roles-database-url"]


def test_the_suffix_stays_when_nothing_changes() -> None:
    assert suffix() == suffix()


@pytest.mark.parametrize(
    "changes",
    [
        {"container": container(image="ghcr.io/ecent/api@sha256:ffff")},
        {"container": container(secrets={"DATABASE_URL": f"{VAULT}/DATABASE-URL/2"})},
        {"container": container(env={"SERVER_PORT": "9090"})},
        {"port": 9000},
        {"grace_period_s": 31},
        {"rollout": 2},
        {"init_containers": [container(**ROLES, secrets={})]},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_changes_in_the_template_or_in_a_secret_is_a_new_revision(changes: dict[str, object]) -> None:
    assert suffix(**changes) != suffix()


def test_what_is_outside_the_template_makes_no_new_revision() -> None:
    assert suffix(allowed_ranges=[]) == suffix()


def test_a_revision_of_the_longest_app_name_stays_within_azures_limit() -> None:
    assert len(f"{'a' * 32}--{suffix()}") <= 54


def shares(**changes: object) -> list[dict[str, object]]:
    return list(configuration(**changes)["ingress"]["traffic"])


def test_one_revision_runs_and_gets_everything_unless_told_otherwise() -> None:
    assert configuration()["activeRevisionsMode"] == "Single"
    assert shares() == [{"latestRevision": True, "weight": 100}]


@pytest.mark.parametrize("latest", [0, 20, 100])
def test_a_split_keeps_the_former_revision_running_with_the_rest_of_the_requests(latest: int) -> None:
    split = TrafficSection(latest=latest, former="r0123456789")
    assert configuration(traffic=split)["activeRevisionsMode"] == "Multiple"
    assert shares(traffic=split) == [
        {"latestRevision": True, "weight": latest},
        {"latestRevision": False, "revisionName": "ca-ignition-test-api--r0123456789", "weight": 100 - latest},
    ]


def test_shifting_traffic_makes_no_new_revision() -> None:
    assert suffix(traffic=TrafficSection(latest=20, former="r0123456789")) == suffix()


def test_what_a_suffix_is_can_be_named_as_the_former_revision() -> None:
    (_, former) = shares(traffic=TrafficSection(latest=0, former=str(suffix())))
    assert former["revisionName"] == f"ca-ignition-test-api--{suffix()}"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"latest": -1, "former": "r0123456789"}, "must be 0 to 100 percent"),
        ({"latest": 101, "former": "r0123456789"}, "must be 0 to 100 percent"),
        ({"latest": 20, "former": "blue"}, "ten hexadecimal digits"),
    ],
)
def test_a_split_that_cannot_be_is_refused(given: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        TrafficSection(**given)


def test_while_a_secrets_version_is_unknown_the_suffix_is_too() -> None:
    def build() -> Service:
        made = AppIdentity("other", examples.identity())  # its id stands for an address that only an update will know
        return Service("api", examples.service(container=container(secrets={"DATABASE_URL": made.identity_id})))

    assert isinstance(_suffix_in(declare(build, preview=True)), Unknown)
    assert str(_suffix_in(declare(build))).startswith("r")


def _suffix_in(program: Program[Service]) -> object:
    return program.one("api-app").inputs["template"]["revisionSuffix"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"custom_domains": [CustomDomain(host="api.ecent.online")]}, "authority must reach the app"),
        ({"grace_period_s": 601}, "must be 0 to 600 seconds"),
        ({"init_containers": [container(name="api")]}, "distinct names"),
    ],
)
def test_what_azure_would_refuse_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        examples.service(**changes)
