from __future__ import annotations

import pytest

from infra.components.access.oauth import OAuth
from infra.config.sections.rotation import RotationSection
from tests.support.declared import Program, declare
from tests.unit.infra.components import examples


def oauth(**changes: object) -> Program[OAuth]:
    return declare(lambda: OAuth("oauth", examples.oauth(**changes)))


def test_personal_accounts_sign_in_with_tokens_of_version_2() -> None:
    application = oauth(accounts="personal").one("oauth-application").inputs
    assert application["signInAudience"] == "PersonalMicrosoftAccount"
    assert application["api"]["requestedAccessTokenVersion"] == 2


def test_microsoft_returns_to_the_host_and_nowhere_else() -> None:
    assert oauth().one("oauth-application").inputs["web"]["redirectUris"] == [
        "https://api.ecent.online/auth/callback/azure"
    ]


def test_developers_can_have_an_address_on_their_machine() -> None:
    uris = oauth(local_redirects=["http://localhost:8080/x"]).one("oauth-application").inputs["web"]["redirectUris"]
    assert uris[1:] == ["http://localhost:8080/x"]


def test_tokens_say_whether_an_address_was_verified() -> None:
    claims = oauth().one("oauth-application").inputs["optionalClaims"]["idTokens"]
    assert [each["name"] for each in claims] == ["email", "xms_edov"]


def test_the_redirect_uri_that_google_must_be_told_is_given_out() -> None:
    assert oauth().outputs["google_redirect_uri"] == "https://api.ecent.online/auth/callback/google"


def test_rotation_gives_out_the_other_secret_and_keeps_both() -> None:
    program = oauth(rotation=RotationSection(active="b"))
    assert [each.name for each in program.of("ApplicationPassword")] == ["oauth-secret-a", "oauth-secret-b"]
    assert program.outputs["client_secret"] == "value of oauth-secret-b"
    assert program.secret_outputs == {"client_secret"}


def test_raising_a_generation_makes_that_secret_anew_and_leaves_the_other() -> None:
    before, after = oauth(), oauth(rotation=RotationSection(b=2))
    assert before.one("oauth-secret-a").inputs == after.one("oauth-secret-a").inputs
    assert after.one("oauth-secret-b").inputs["rotateWhenChanged"] == {"generation": "2"}


def test_each_secret_ends_when_told_to() -> None:
    program = oauth(secret_ends={"a": "2027-05-31"})
    assert program.one("oauth-secret-a").inputs["endDate"] == "2027-05-31T00:00:00Z"
    assert "endDate" not in program.one("oauth-secret-b").inputs


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"url": "http://api.ecent.online"}, "write https://HOST"),
        ({"url": "https://api.ecent.online/"}, "without a slash"),
        ({"secret_ends": {"a": "2027-05-32"}}, "must be a day"),
    ],
)
def test_what_entra_would_refuse_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        examples.oauth(**changes)


def test_the_deployer_keeps_the_application_and_its_principal() -> None:
    program = oauth()
    for name in ("oauth-application", "oauth-principal"):
        assert program.one(name).inputs["owners"] == [examples.DEPLOYER]


def test_an_application_that_nobody_would_own_is_refused() -> None:
    with pytest.raises(ValueError, match="name the deployer in `owners`"):
        examples.oauth(owners=[])
