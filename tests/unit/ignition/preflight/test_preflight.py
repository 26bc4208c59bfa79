"""The checks against HTTP servers in the clouds' documented shapes, through the official SDKs."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from azure.core.credentials import AccessToken

from ignition.preflight.clouds import Clouds
from ignition.preflight.plan import Plan
from ignition.preflight.table import CHECKS, preflight
from ignition.recovery.planned import Created

SUBSCRIPTION, TENANT = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
ZONE, ACCOUNT = "a" * 32, "b" * 32
PROVIDERS = ("Microsoft.KeyVault", "Microsoft.ContainerRegistry", "Microsoft.DBforPostgreSQL", "Microsoft.App")
CONFIG = {
    "ignition:azure": {"subscription_id": SUBSCRIPTION, "tenant_id": TENANT},
    "ignition:cloudflare": {"account_id": ACCOUNT, "zone_id": ZONE},
    "ignition:zone": {"name": "ecent.test", "plan": "pro", "owned": True},
}


def made(token, **inputs):
    return Created(token, "name", inputs, {}, kept=False)


RESOURCES = (
    made("azure-native:keyvault:Vault", vaultName="kv-ours", location="swedencentral"),
    made("azure-native:containerregistry:Registry", registryName="crours", location="swedencentral"),
    made("azure-native:app:ManagedEnvironment", location="swedencentral"),
    made(
        "azure-native:dbforpostgresql:Server",
        serverName="psql-ours",
        location="swedencentral",
        sku={"name": "Standard_D2ds_v5"},
        highAvailability={"mode": "ZoneRedundant"},
    ),
    made("cloudflare:index/dnsRecord:DnsRecord", name="api.ecent.test", type="CNAME"),
    made("cloudflare:index/dnsRecord:DnsRecord", name="ecent.test", type="CAA", data={"value": "pki.goog"}),
    made("cloudflare:index/ruleset:Ruleset", phase="http_ratelimit"),
    made("cloudflare:index/certificatePack:CertificatePack"),
    made("cloudflare:index/r2Bucket:R2Bucket", name="ours"),
)
PLAN = Plan(CONFIG, RESOURCES)
FREE = {"nameAvailable": True}


def cloudflare(result):
    return {"success": True, "errors": [], "messages": [], "result": result}


GOOD = {
    f"/subscriptions/{SUBSCRIPTION}": {"tenantId": TENANT, "state": "Enabled", "displayName": "Ours"},
    "/permissions": {"value": [{"actions": ["*"], "notActions": []}]},
    "/providers": {"value": [{"namespace": each, "registrationState": "Registered"} for each in PROVIDERS]},
    "/checkPolicyRestrictions": {"contentEvaluationResult": {"policyEvaluations": []}, "fieldRestrictions": []},
    "/deletedVaults/kv-ours": (404, {"error": {"code": "NotFound"}}),
    "/checkNameAvailability": FREE,
    "/capabilities": {
        "value": [
            {
                "supportedServerEditions": [
                    {
                        "name": "GeneralPurpose",
                        "supportedServerSkus": [
                            {"name": "Standard_D2ds_v5", "supportedHaMode": ["SameZone", "ZoneRedundant"]}
                        ],
                    }
                ]
            }
        ]
    },
    "/usages": {"value": [{"name": {"value": "cores"}, "currentValue": 2, "limit": 100, "unit": "Count"}]},
    "/user/tokens/verify": cloudflare({"status": "active"}),
    f"/zones/{ZONE}": cloudflare({"name": "ecent.test", "status": "active", "plan": {"legacy_id": "pro"}}),
    "/dns_records": cloudflare([]),
    "/rulesets": cloudflare([{"id": "c" * 32, "kind": "managed", "phase": "http_ratelimit"}]),
    "/certificate_packs/quota": cloudflare({"advanced": {"allocated": 10, "used": 1}}),
    "/r2/buckets/ours": (404, {"success": False, "errors": [{"code": 10006, "message": "no such bucket"}]}),
}


class Credential:
    def get_token(self, *scopes, **options):
        return AccessToken("azure", int(time.time()) + 3600)

    def get_token_info(self, *scopes, options=None):
        from azure.core.credentials import AccessTokenInfo  # noqa: PLC0415

        return AccessTokenInfo("azure", int(time.time()) + 3600)


@pytest.fixture
def ask():
    """Serves answers by the path's end, asks everything, and returns the results by check."""
    servers, clients = [], []

    def run(answers, *, plan=PLAN, everything=None, delay_s=0.0, timeout_s=5.0, headers=()):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                path = self.path.partition("?")[0]
                asked.append((self.command, path, self.headers["Authorization"]))
                time.sleep(delay_s)
                found = everything or next((body for end, body in answers.items() if path.endswith(end)), (418, {}))
                status, body = found if isinstance(found, tuple) else (200, found)
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in (("Content-Type", "application/json"), ("Content-Length", len(content)), *headers):
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815  the server calls it by this name

            def log_message(self, *arguments):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        clouds = Clouds(Credential(), "t" * 40, azure_url=url, cloudflare_url=url, timeout_s=timeout_s)
        clients.append(clouds)
        return preflight(plan, clouds), asked

    yield run
    for each in clients:
        each.close()
    for server in servers:
        server.shutdown()
        server.server_close()


NAMES = [check.name for check in CHECKS]
ASKING = [name for name in NAMES if name != "placeholders"]


def test_where_nothing_is_in_the_way_every_check_passes(ask):
    results, asked = ask(GOOD)
    assert {each.check for each in results} == set(NAMES)
    assert [each for each in results if each.state != "passed"] == []
    tokens = {token for _, path, token in asked if path.startswith("/subscriptions")}
    assert tokens == {"Bearer azure"}
    assert {token for _, path, token in asked if not path.startswith("/subscriptions")} == {f"Bearer {'t' * 40}"}


def test_only_questions_are_posted(ask):
    _, asked = ask(GOOD)
    posted = {path.rpartition("/")[2] for method, path, _ in asked if method != "GET"}
    assert posted == {"checkNameAvailability", "checkPolicyRestrictions"}


@pytest.mark.parametrize(
    ("everything", "headers", "said"),
    [
        ((403, {"error": {"code": "AuthorizationFailed"}}), (), "refuses (status 403)"),
        ((429, {"error": {"code": "TooManyRequests"}}), (("Retry-After", "60"),), "throttles for 60 s"),
        ((500, {}), (), "answers 500"),
        ((400, {"error": {"code": "BadRequest"}}), (), "answers 400"),
        ((200, {"unexpected": True}), (), ""),
    ],
)
def test_what_is_refused_throttled_or_not_understood_is_never_a_pass(ask, everything, headers, said):
    results, _ = ask({}, everything=everything, headers=headers)
    asking = [each for each in results if each.check in ASKING]
    assert {each.check for each in asking} == set(ASKING)
    if said:
        assert {each.state for each in asking} == {"not asked"}
        assert all(said in each.detail and each.next_step for each in asking)
    assert "passed" not in {each.state for each in asking}


def test_a_cloud_that_is_silent_is_said_to_be_and_the_checks_end(ask):
    results, _ = ask(GOOD, delay_s=1.5, timeout_s=0.3)
    asking = [each for each in results if each.check in ASKING]
    assert {each.state for each in asking} == {"not asked"}
    assert all("silent" in each.detail for each in asking)


def test_a_short_wait_that_a_cloud_names_is_waited(ask):
    results, asked = ask({}, everything=(429, {}), headers=(("Retry-After", "0"),))
    assert {each.state for each in results if each.check in ASKING} == {"not asked"}
    assert sum(path == f"/subscriptions/{SUBSCRIPTION}" for _, path, _ in asked) == 2


def test_a_sign_in_of_another_tenant_fails_with_the_command(ask):
    results, _ = ask(
        {**GOOD, f"/subscriptions/{SUBSCRIPTION}": (401, {"error": {"code": "InvalidAuthenticationTokenTenant"}})}
    )
    (said,) = [each for each in results if each.check == "tenant"]
    assert (said.state, said.next_step) == ("failed", f"`az login --tenant {TENANT}`")


SKU = {"name": "Standard_D2ds_v5", "supportedHaMode": ["SameZone"]}
RECORD = {"name": "api.ecent.test", "type": "A", "proxied": True}


@pytest.mark.parametrize(
    ("end", "answer", "check", "detail"),
    [
        (f"/subscriptions/{SUBSCRIPTION}", {"tenantId": "other", "state": "Enabled"}, "tenant", "is in tenant other"),
        (f"/subscriptions/{SUBSCRIPTION}", {"tenantId": TENANT, "state": "Disabled"}, "tenant", "is Disabled"),
        ("/permissions", {"value": [{"actions": ["*/read"]}]}, "permissions", "you may not Microsoft.App/"),
        (
            "/permissions",
            {"value": [{"actions": ["*"], "notActions": ["Microsoft.KeyVault/vaults/write"]}]},
            "permissions",
            "you may not Microsoft.KeyVault/vaults/write",
        ),
        ("/providers", {"value": []}, "resource providers", "Microsoft.App is not registered"),
        (
            "/checkPolicyRestrictions",
            {
                "contentEvaluationResult": {
                    "policyEvaluations": [
                        {"policyInfo": {"policyAssignmentId": "regions"}, "evaluationResult": "NonCompliant"}
                    ]
                }
            },
            "Azure Policy",
            "policy regions denies",
        ),
        (
            "/deletedVaults/kv-ours",
            {"properties": {"scheduledPurgeDate": "2027-02-01"}},
            "global names",
            "kv-ours was deleted and is kept until 2027-02-01",
        ),
        (
            "/checkNameAvailability",
            {"nameAvailable": False, "reason": "AlreadyExists"},
            "global names",
            "crours is not free",
        ),
        ("/capabilities", {"value": []}, "database size", "has no Standard_D2ds_v5"),
        (
            "/capabilities",
            {"value": [{"supportedServerEditions": [{"supportedServerSkus": [SKU]}]}]},
            "database size",
            "has no ZoneRedundant",
        ),
        (
            "/usages",
            {"value": [{"name": {"value": "cores"}, "currentValue": 100, "limit": 100}]},
            "quotas",
            "cores is used up",
        ),
        ("/user/tokens/verify", cloudflare({"status": "disabled"}), "Cloudflare token", "the token is disabled"),
        (
            f"/zones/{ZONE}",
            cloudflare({"name": "ecent.test", "status": "pending", "plan": {"legacy_id": "pro"}}),
            "zone",
            "is pending",
        ),
        (
            f"/zones/{ZONE}",
            cloudflare({"name": "ecent.test", "status": "active", "plan": {"legacy_id": "free"}}),
            "zone",
            "has the plan free",
        ),
        (
            f"/zones/{ZONE}",
            cloudflare({"name": "other.test", "status": "active", "plan": {"legacy_id": "pro"}}),
            "zone",
            "is other.test",
        ),
        ("/dns_records", cloudflare([RECORD]), "records of the zone", "has a record of type A already"),
        (
            "/rulesets",
            cloudflare([{"id": "d" * 32, "kind": "zone", "phase": "http_ratelimit"}]),
            "rulesets of the zone",
            "fills the phase http_ratelimit",
        ),
        (
            "/certificate_packs/quota",
            cloudflare({"advanced": {"allocated": 0, "used": 0}}),
            "certificates",
            "0 are left",
        ),
        ("/r2/buckets/ours", cloudflare({"name": "ours"}), "R2", "there is a bucket ours"),
    ],
)
def test_what_would_stop_the_deployment_fails_with_the_next_step(ask, end, answer, check, detail):
    results, _ = ask({end: answer, **{name: body for name, body in GOOD.items() if name != end}})
    found = [each for each in results if each.check == check and each.state == "failed"]
    assert any(detail in each.detail and each.next_step for each in found), results
    assert {each.check for each in results if each.state == "failed"} == {check}


def test_hosts_that_the_zone_settings_would_change_are_warned_of(ask):
    other = {"name": "shop.ecent.test", "type": "A", "proxied": True}
    results, _ = ask({"/dns_records": cloudflare([other]), **{k: v for k, v in GOOD.items() if k != "/dns_records"}})
    assert any(each.state == "warning" and "shop.ecent.test" in each.detail for each in results)


def test_r2_that_was_never_enabled_is_not_a_pass(ask):
    refused = (403, {"success": False, "errors": [{"code": 10042, "message": "Please enable R2"}]})
    results, _ = ask({"/r2/buckets/ours": refused, **{k: v for k, v in GOOD.items() if k != "/r2/buckets/ours"}})
    (said,) = [each for each in results if each.check == "R2"]
    assert said.state == "not asked"
    assert "enabled once in the dashboard" in str(said.next_step)


def test_a_placeholder_that_is_left_fails_by_its_key(ask):
    config = {**CONFIG, "ignition:oauth": {"google_client_id": "0-placeholder.apps.googleusercontent.com"}}
    results, _ = ask(GOOD, plan=Plan(config, RESOURCES))
    assert [each.detail for each in results if each.state == "failed"] == [
        "ignition:oauth.google_client_id is still 0-placeholder.apps.googleusercontent.com"
    ]
