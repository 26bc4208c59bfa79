from __future__ import annotations

import pytest

from infra.components.edge.access import Access, EntraLogin
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples

LOGIN = EntraLogin(team="ecent", tenant_id="22222222-2222-2222-2222-222222222222", owners=[examples.DEPLOYER])


def access(**changes: object) -> Program[Access]:
    return declare(lambda: Access("access", examples.access(**changes)))


def test_the_application_stands_before_the_host_with_its_policy() -> None:
    program = access()
    application = program.one("access-application").inputs
    assert application["destinations"] == [{"type": "public", "uri": "admin.ecent.online"}]
    assert application["policies"] == [{"id": "access-policy-id", "precedence": 1}]


def test_people_and_domains_are_let_in_by_address() -> None:
    includes = access(email_domains=["ecent.online"]).one("access-policy").inputs["includes"]
    assert includes == [{"email": {"email": "owner@ecent.online"}}, {"emailDomain": {"domain": "ecent.online"}}]


def test_groups_are_let_in_as_entra_knows_them() -> None:
    program = access(emails=[], groups=[examples.DEPLOYER], login=LOGIN)
    assert program.one("access-policy").inputs["includes"] == [
        {"azureAd": {"id": examples.DEPLOYER, "identityProviderId": "access-entra-id"}}
    ]
    assert program.one("access-entra").inputs["config"]["supportGroups"] is True


def test_with_a_login_of_entra_it_is_the_only_one() -> None:
    application = access(login=LOGIN).one("access-application").inputs
    assert application["allowedIdps"] == ["access-entra-id"]
    assert application["autoRedirectToIdentity"] is True


def test_without_one_the_organisations_ways_to_sign_in_are_offered() -> None:
    program = access()
    assert program.of("ZeroTrustAccessIdentityProvider") == []
    assert "allowedIdps" not in program.one("access-application").inputs


def test_the_login_is_for_the_organisation_alone_and_returns_to_access() -> None:
    application = access(login=LOGIN).one("access-login").inputs
    assert application["signInAudience"] == "AzureADMyOrg"
    assert application["web"]["redirectUris"] == ["https://ecent.cloudflareaccess.com/cdn-cgi/access/callback"]


def test_the_login_hands_its_own_application_to_access() -> None:
    config = access(login=LOGIN).one("access-entra").inputs["config"]
    assert config["clientId"] == "client of access-login"
    assert config["clientSecret"] == "value of access-login-secret"
    assert config["directoryId"] == LOGIN.tenant_id


def test_another_generation_is_another_secret() -> None:
    secrets = [
        access(login=EntraLogin(team="ecent", tenant_id="t", owners=["o"], generation=number))
        .one("access-login-secret")
        .inputs
        for number in (1, 2)
    ]
    assert secrets[0] != secrets[1]


def test_the_logins_secret_is_secret() -> None:
    assert "config" in access(login=LOGIN).one("access-entra").secret_inputs


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"emails": []}, "lets nobody in"),
        ({"groups": [examples.DEPLOYER]}, "groups are known to Entra only"),
        ({"session": "a day"}, "must be minutes or hours"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        examples.access(**changes)


def test_the_deployer_keeps_the_application_that_signs_in() -> None:
    program = access(login=LOGIN)
    for name in ("access-login", "access-login-principal"):
        assert program.one(name).inputs["owners"] == [examples.DEPLOYER]
