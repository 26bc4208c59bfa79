"""The whole program for the stacks of this repository, declared without an engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from app_config.contract import variables
from app_config.settings import AdminSettings, Settings
from infra.__main__ import declare as declare_platform
from infra.components.data.database_roles import ADMINISTRATOR_PASSWORD
from infra.config import ConfigError, StackConfig
from tests.support.declared import Declared, Program, declare
from tests.unit.infra.config.samples import STACKS, config


class Outputs:
    """The stack's outputs, so that single ones can be resolved."""

    settings: Any
    next_steps: Any
    apps: Any

    def __init__(self, made: Mapping[str, Any]) -> None:
        self.settings = made["settings"]
        self.next_steps = made["next_steps"]
        self.apps = made["apps"]


def program(made: StackConfig, *, preview: bool = False) -> Program[Outputs]:
    return declare(lambda: Outputs(declare_platform(made)), preview=preview)


@cache
def stack(name: str) -> Program[Outputs]:
    return program(config(name))


@cache
def another() -> Program[Outputs]:
    """The production stack with everything switched that it can be switched to."""
    registry = stack("prod").one("registry-registry").inputs["registryName"]
    return program(
        config(
            "prod",
            database__rotation={"active": "b"},
            database__separate_migrator=True,
            oauth__secret_ends={"a": "2027-05-31"},
            oauth__google_secret="brought",
            services__api__image=f"{registry}.azurecr.io/api@sha256:{'0' * 64}",
            hosts__api__tls="managed",
        )
    )


def app(made: Program[Outputs], name: str) -> Mapping[str, Any]:
    return made.one(f"{name}-app").inputs


def environment(made: Program[Outputs], name: str) -> list[Mapping[str, Any]]:
    (container,) = app(made, name)["template"]["containers"]
    return container["env"]


def secrets_by_reader(made: Program[Outputs]) -> dict[str, set[str]]:
    """Which vault secrets each principal may read."""
    readers: dict[str, set[str]] = {}
    for role in made.of("RoleAssignment"):
        if "/secrets/" in role.inputs["scope"]:
            readers.setdefault(role.inputs["principalId"], set()).add(role.inputs["scope"].rsplit("/", 1)[-1])
    return readers


def azure(made: Program[Outputs]) -> list[Declared]:
    return [each for each in made.resources if each.type.startswith("azure-native:")]


@pytest.mark.parametrize("name", STACKS)
def test_every_urn_is_unique(name: str) -> None:
    urns = [each.urn for each in stack(name).resources]
    assert len(urns) == len(set(urns))


def test_the_stack_is_previewed_while_nothing_is_known() -> None:
    known = {each.urn for each in stack("prod").resources}
    assert {each.urn for each in program(config("prod"), preview=True).resources} == known


@pytest.mark.parametrize("name", STACKS)
def test_the_api_gets_its_contract_and_nothing_else(name: str) -> None:
    given = {each["name"]: "secretRef" in each for each in environment(stack(name), "api")}
    assert given == {variable.env: variable.secret for variable in variables(Settings)}


@pytest.mark.parametrize("name", STACKS)
def test_the_admin_console_gets_its_contract_and_no_secret(name: str) -> None:
    given = {each["name"]: "secretRef" in each for each in environment(stack(name), "admin")}
    assert given == {variable.env: False for variable in variables(AdminSettings)}
    assert not app(stack(name), "admin")["configuration"].get("secrets")


@pytest.mark.parametrize("name", STACKS)
def test_each_secret_is_read_by_one_identity_and_the_administrators_password_by_no_app_of_people(name: str) -> None:
    made = stack(name)
    assert secrets_by_reader(made) == {
        "principal of api-identity-identity": {each.vault_name for each in variables(Settings) if each.secret},
        "principal of roles-identity-identity": {
            "DATABASE-ADMINISTRATOR-PASSWORD",
            "DATABASE-VERIFIER-A",
            "DATABASE-VERIFIER-B",
        },
    }


@pytest.mark.parametrize("name", STACKS)
def test_an_identity_belongs_to_one_app(name: str) -> None:
    made = stack(name)
    assigned = {each.name: each.inputs["identity"]["userAssignedIdentities"] for each in made.of("ContainerApp")}
    assert {name: [one.rsplit("-", 1)[-1] for one in ids] for name, ids in assigned.items()} == {
        "api-app": ["api"],
        "admin-app": ["admin"],
        "database-roles-app": ["roles"],
    }


@pytest.mark.parametrize("name", STACKS)
def test_containers_can_get_no_token_of_an_identity(name: str) -> None:
    for each in ("api", "admin", "database-roles"):
        settings = app(stack(name), each)["configuration"]["identitySettings"]
        assert [setting["lifecycle"] for setting in settings] == ["None"]


@pytest.mark.parametrize("name", STACKS)
def test_the_roles_are_made_by_a_container_that_ends_before_their_app_is_ready(name: str) -> None:
    template = app(stack(name), "database-roles")["template"]
    (roles,) = template["initContainers"]
    assert {each["name"] for each in roles["env"] if "secretRef" in each} == {
        ADMINISTRATOR_PASSWORD,
        "VERIFIER_A",
        "VERIFIER_B",
    }
    (idle,) = template["containers"]
    assert not idle.get("env")
    assert not app(stack(name), "database-roles")["configuration"].get("ingress")
    assert not app(stack(name), "api")["template"].get("initContainers")


@pytest.mark.parametrize(
    "before",
    [
        "database-roles-app",
        "database-database",
        "secrets-propagation",
        "registry-propagation",
        "api-host-dns-wait",
        "vault-vault",
    ],
)
def test_the_api_waits_for_all_that_it_needs(before: str) -> None:
    assert stack("prod").waits_for("api-app", before)


@pytest.mark.parametrize("app_name", ["api", "database-roles"])
def test_the_vault_can_be_reached_before_an_app_reads_it(app_name: str) -> None:
    assert stack("prod").waits_for(f"{app_name}-app", "vault-endpoint-names")


@pytest.mark.parametrize("before", ["network-database-link", "network-database"])
def test_the_server_is_findable_when_it_is_made(before: str) -> None:
    assert stack("prod").waits_for("database-server", before)


@pytest.mark.parametrize("app_name", ["api", "admin"])
def test_the_edge_insists_on_certificates_only_once_apps_have_them(app_name: str) -> None:
    assert stack("prod").waits_for("zone-strict-tls", f"{app_name}-app")


def test_production_is_locked_and_protected() -> None:
    made = stack("prod")
    assert {each.name for each in made.of("ManagementLockByScope")} == {"vault-lock", "database-lock"}
    protected = {each.name for each in made.resources if each.protect}
    assert {
        "group",
        "vault-vault",
        "database-server",
        "database-database",
        "storage-bucket",
        "platform-environment",
    } <= protected


def restored(**changes: Any) -> Program[Outputs]:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    given = {"server": "psql-r1", "source": first_server(), "time": f"{yesterday:%Y-%m-%dT%H:%M:%SZ}"}
    return program(config("prod", database__restored=given | changes))


def first_server() -> str:
    return str(stack("prod").one("database-server").inputs["serverName"])


def test_after_a_restore_the_apps_use_the_new_server_and_the_old_one_stays_as_it_was() -> None:
    made = restored()
    assert made.one("database-server") == stack("prod").one("database-server")
    new = made.one("database-psql-r1-server")
    assert new.inputs["createMode"] == "PointInTimeRestore"
    assert new.protect
    assert new.inputs["highAvailability"]["mode"] == "Disabled"
    assert "@psql-r1.postgres" in made.one("secrets-database-url").inputs["properties"]["value"]


def test_a_restored_server_that_is_there_gets_the_standby_and_outlives_its_source() -> None:
    made = restored(made=True, keep_source=False)
    assert [each.inputs["serverName"] for each in made.of("Server")] == ["psql-r1"]
    server = made.one("database-psql-r1-server").inputs
    assert server["highAvailability"]["mode"] == "ZoneRedundant"
    assert server["sourceServerResourceId"].endswith(f"/flexibleServers/{first_server()}")
    assert made.one("database-psql-r1-administrator-password")


def test_a_restore_under_the_name_of_the_first_server_is_refused() -> None:
    with pytest.raises(ConfigError, match="a restore makes another server"):
        restored(server=first_server(), source="psql-other")


def test_development_can_be_torn_down() -> None:
    made = stack("dev")
    assert made.of("ManagementLockByScope") == []
    assert [each.name for each in made.resources if each.protect] == []


def test_what_the_zone_has_once_is_made_by_one_stack() -> None:
    assert stack("prod").of("Ruleset")
    assert stack("prod").of("ZoneSetting")
    assert stack("dev").of("Ruleset") == []
    assert stack("dev").of("ZoneSetting") == []


def test_rotating_flips_the_url_and_leaves_both_passwords() -> None:
    before, after = stack("prod"), another()
    for login in ("a", "b"):
        name = f"roles-password-{login}"
        assert before.one(name).inputs == after.one(name).inputs
    url = before.one("secrets-database-url").inputs["properties"]["value"]
    assert url.startswith("postgresql://ignition_a:")
    assert after.one("secrets-database-url").inputs["properties"]["value"].startswith("postgresql://ignition_b:")


def test_a_host_that_azure_certifies_is_open_to_its_authority() -> None:
    made = another()
    assert not app(made, "api")["configuration"]["ingress"].get("ipSecurityRestrictions")
    assert made.of("ManagedCertificate")
    (web,) = made.one("network-apps-rules").inputs["securityRules"]
    assert web["sourceAddressPrefix"] == "Internet"


def test_a_separate_migrators_url_is_read_by_no_app() -> None:
    made = another()
    assert (
        made.one("secrets-database-migrator-url")
        .inputs["properties"]["value"]
        .startswith("postgresql://ignition_migrator:")
    )
    assert "DATABASE-MIGRATOR-URL" not in set().union(*secrets_by_reader(made).values())


def test_a_brought_secret_is_referenced_and_never_written() -> None:
    written = {
        name: {each.name for each in made.of("Secret")}
        for name, made in (("brought", another()), ("dev", stack("dev")))
    }
    assert "secrets-auth-oauth-google-client-secret" not in written["brought"]
    assert "secrets-auth-oauth-google-client-secret" in written["dev"]
    assert "AUTH-OAUTH-GOOGLE-CLIENT-SECRET" in set().union(*secrets_by_reader(another()).values())


def test_images_of_the_own_registry_are_pulled_with_the_identity() -> None:
    made = another()
    (given,) = app(made, "api")["configuration"]["registries"]
    assert given["identity"] == app(made, "api")["identity"]["userAssignedIdentities"][0]
    assert not app(made, "admin")["configuration"].get("registries")


def test_the_secret_of_microsoft_ends_in_the_vault_when_it_ends() -> None:
    made = another()
    attributes = made.one("secrets-auth-oauth-azure-client-secret").inputs["properties"]["attributes"]
    assert attributes["expires"] == 1811721600


def test_the_settings_output_has_every_variable_in_its_place() -> None:
    given = stack("prod").result.settings
    assert given["version"] == 1
    for contract, name in ((Settings, "api"), (AdminSettings, "admin")):
        bound = given["apps"][name]
        assert set(bound["values"]) == {each.env for each in variables(contract) if not each.secret}
        assert set(bound["secrets"]) == {each.env for each in variables(contract) if each.secret}


def test_the_settings_output_says_whose_vault_it_is() -> None:
    assert set(stack("prod").result.settings["vault"]) == {"id"}


def test_a_changed_tag_brings_no_first_value_back() -> None:
    """An update of a secret writes its value too, and that is the first one."""
    assert stack("prod").one("secrets-session-secret").ignore_changes == ("properties", "tags")


@pytest.mark.parametrize(("name", "host"), [("prod", "api.ecent.online"), ("dev", "api-dev.ecent.online")])
def test_sessions_of_a_stack_are_sent_to_its_api_alone(name: str, host: str) -> None:
    assert stack(name).result.settings["apps"]["api"]["values"]["AUTH_COOKIE_DOMAIN"] == host


@pytest.mark.parametrize(
    ("accounts", "audience", "tenant"),
    [
        ("organization", "AzureADMyOrg", "00000000-0000-0000-0000-000000000000"),
        ("personal", "PersonalMicrosoftAccount", "9188040d-6c67-4c5b-b112-36a304b66dad"),
    ],
)
def test_the_registration_admits_the_accounts_of_the_tenant_that_the_backend_takes(
    accounts: str, audience: str, tenant: str
) -> None:
    made = program(config("prod", oauth__accounts=accounts))
    assert made.one("oauth-application").inputs["signInAudience"] == audience
    assert made.result.settings["apps"]["api"]["values"]["AUTH_OAUTH_AZURE_TENANT_ID"] == tenant


@pytest.mark.parametrize("name", STACKS)
def test_nobody_is_let_in_by_default(name: str) -> None:
    made = stack(name)
    assert made.of("Job") == []
    assert {each.inputs["principalType"] for each in made.of("RoleAssignment")} == {"ServicePrincipal"}


def test_a_way_to_the_database_has_an_identity_of_its_own_that_reads_one_secret() -> None:
    made = program(config("prod", operators={"group_id": "5" * 8 + "-5555-5555-5555-555555555555", "database": {}}))
    assert secrets_by_reader(made)["principal of psql-identity-identity"] == {"DATABASE-ADMINISTRATOR-PASSWORD"}
    assert made.one("database-access-job").inputs["identity"]["userAssignedIdentities"][0].endswith("psql")
    assert made.waits_for("database-access-job", "secrets-propagation")
    groups = [each for each in made.of("RoleAssignment") if each.inputs["principalType"] == "Group"]
    assert {each.name for each in groups} == {"operators-secrets", "operators-logs", "operators-database"}


def test_the_end_of_the_client_secret_in_use_is_watched() -> None:
    assert "2028-11-30" in stack("prod").one("alerts-client-secret-ends").inputs["description"]


def test_a_split_of_the_traffic_reaches_its_app_and_no_other() -> None:
    made = program(config("prod", services__api__traffic={"latest": 20, "former": "r0123456789"}))
    modes = {name: app(made, name)["configuration"]["activeRevisionsMode"] for name in ("api", "admin")}
    assert modes == {"api": "Multiple", "admin": "Single"}
    assert app(made, "api")["configuration"]["ingress"]["traffic"] == [
        {"latestRevision": True, "weight": 20},
        {"latestRevision": False, "revisionName": "ignition-prod-api--r0123456789", "weight": 80},
    ]


def test_the_output_of_the_apps_names_the_revision_that_a_split_is_to_name() -> None:
    assert set(stack("prod").result.apps) == {"api", "admin"}
    assert all(each["revision"] for each in stack("prod").result.apps.values())


def test_a_split_changes_nothing_else() -> None:
    split = program(config("prod", services__api__traffic={"latest": 20, "former": "r0123456789"}))
    before = {each.urn: each.inputs for each in stack("prod").resources}
    changed = [each.urn.rpartition("::")[2] for each in split.resources if each.inputs != before.pop(each.urn)]
    assert (changed, before) == (["api-app"], {})


def test_while_traffic_is_split_a_person_is_told_how_to_go_on_and_how_to_end() -> None:
    made = program(config("prod", services__admin__traffic={"latest": 20, "former": "r0123456789"}))
    (step,) = [each for each in made.result.next_steps if "admin run" in each]
    assert "the latest one gets 20 percent of the requests, r0123456789 the rest" in step
    assert "pulumi config set --path 'ignition:services.admin.traffic.latest' PERCENT" in step
    assert "pulumi config rm --path 'ignition:services.admin.traffic'" in step
    assert "traffic" not in "\n".join(stack("prod").result.next_steps)


def test_a_person_is_told_to_copy_what_every_start_would_pull_from_docker_hub() -> None:
    digest = config("prod").database.roles_image.partition("@")[2]
    copied = f"crignitionprod9b067a.azurecr.io/postgres@{digest}"
    assert any(f"'ignition:database.roles_image' {copied}" in each for each in stack("prod").result.next_steps)
    made = program(config("prod", database__roles_image=copied))
    assert not any("Docker Hub" in each for each in made.result.next_steps)
    (registry,) = app(made, "database-roles")["configuration"]["registries"]
    assert registry["identity"].endswith("roles")


def test_a_person_is_told_what_is_left_to_do() -> None:
    steps = "\n".join(stack("dev").result.next_steps)
    assert "https://api-dev.ecent.online/auth/callback/google" in steps
    assert "app-config put AUTH_OAUTH_GOOGLE_CLIENT_SECRET --stack dev" in steps
    assert (
        "az rest --method put --url 'https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000"
        "/resourceGroups/rg-ignition-dev/providers/Microsoft.KeyVault/vaults/kv-ignition-dev-76badf"
        "/secrets/AUTH-OAUTH-GOOGLE-CLIENT-SECRET?api-version=2023-07-01' --body @FILE" in steps
    )
    assert "ds_record" not in steps
    assert "ds_record" in "\n".join(stack("prod").result.next_steps)


@pytest.mark.parametrize("name", STACKS)
def test_everything_at_azure_is_in_the_stacks_own_subscription(name: str) -> None:
    assert stack(name).one("azure").inputs["subscriptionId"] == "00000000-0000-0000-0000-000000000000"
    assert azure(stack(name))
