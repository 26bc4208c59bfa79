"""Tokens hold for their audience and their time, and no longer."""

from __future__ import annotations

import stat
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from local_cloud.runtime.files.sqlite_file import StateDamaged
from local_cloud.services.identity.backend import Principal, TokenRefused, Tokens

AUDIENCE = frozenset({"https://vault.azure.net"})
SOMEBODY = Principal(principal_id="p", client_id="c", tenant_id="t", name="somebody", resource_id="/mi/somebody")


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokens") / "key.pem"


@pytest.fixture
def tokens(key_file: Path, clock: Clock) -> Tokens:
    return Tokens(key_file, "https://localhost:1/", clock)


def _issue(tokens: Tokens, lifetime_s: int = 3600) -> str:
    return tokens.issue(SOMEBODY, "https://vault.azure.net", lifetime_s=lifetime_s)[0]


def _forge(key_file: Path, tokens: Tokens, **changed: object) -> str:
    claims = {**jwt.decode(_issue(tokens), options={"verify_signature": False}), **changed}
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm="RS256")  # type: ignore[arg-type]  an RSA key


def test_a_token_says_who_it_is_for(tokens: Tokens) -> None:
    claims = tokens.verify(_issue(tokens), AUDIENCE)
    assert (claims.oid, claims.appid, claims.tid, claims.iss) == ("p", "c", "t", "https://localhost:1/t/")


def test_an_expired_token_is_refused_even_when_it_was_accepted_before(tokens: Tokens, clock: Clock) -> None:
    token = _issue(tokens)
    tokens.verify(token, AUDIENCE)
    clock.now += 3600 + 301
    with pytest.raises(TokenRefused, match="expired"):
        tokens.verify(token, AUDIENCE)


def test_a_clock_that_is_a_little_ahead_is_tolerated(tokens: Tokens, clock: Clock) -> None:
    token = _issue(tokens)
    clock.now += 3600 + 299
    assert tokens.verify(token, AUDIENCE).oid == "p"


def test_a_clock_that_is_a_little_behind_is_tolerated(tokens: Tokens, clock: Clock) -> None:
    token = _issue(tokens)
    clock.now -= 299
    assert tokens.verify(token, AUDIENCE).oid == "p"


def test_a_token_from_the_future_is_refused(tokens: Tokens, clock: Clock) -> None:
    token = _issue(tokens)
    clock.now -= 301
    with pytest.raises(TokenRefused, match="not valid yet"):
        tokens.verify(token, AUDIENCE)


def test_the_audience_is_judged_for_every_use(tokens: Tokens) -> None:
    token = _issue(tokens)
    tokens.verify(token, AUDIENCE)
    with pytest.raises(TokenRefused, match="Invalid audience"):
        tokens.verify(token, frozenset({"https://management.azure.com"}))


def test_an_issuer_of_another_tenant_than_the_token_names_is_refused(tokens: Tokens, key_file: Path) -> None:
    with pytest.raises(TokenRefused, match="Invalid issuer"):
        tokens.verify(_forge(key_file, tokens, iss="https://localhost:1/other/"), AUDIENCE)


@pytest.mark.parametrize("claim", ["aud", "iss", "exp", "nbf", "oid", "appid", "tid"])
def test_a_token_without_a_claim_that_matters_is_refused(tokens: Tokens, key_file: Path, claim: str) -> None:
    with pytest.raises(TokenRefused, match="MissingRequiredClaimError"):
        tokens.verify(_forge(key_file, tokens, **{claim: None}), AUDIENCE)


def test_a_token_with_a_time_that_is_none_is_refused(tokens: Tokens, key_file: Path) -> None:
    with pytest.raises(TokenRefused):
        tokens.verify(_forge(key_file, tokens, nbf="soon"), AUDIENCE)


def test_a_token_signed_symmetrically_with_the_public_key_is_refused(tokens: Tokens) -> None:
    claims = jwt.decode(_issue(tokens), options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256")
    with pytest.raises(TokenRefused, match="InvalidAlgorithmError"):
        tokens.verify(forged, AUDIENCE)


def test_tokens_hold_over_a_restart(tokens: Tokens, key_file: Path, clock: Clock) -> None:
    assert Tokens(key_file, "https://localhost:1", clock).verify(_issue(tokens), AUDIENCE).oid == "p"


def test_a_refusal_does_not_show_the_token(tokens: Tokens) -> None:
    token = _issue(tokens) + "x"
    with pytest.raises(TokenRefused) as refused:
        tokens.verify(token, AUDIENCE)
    assert token not in str(refused.value)


def test_the_signing_key_is_readable_by_its_owner_only(tokens: Tokens, key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_the_published_key_holds_nothing_private(tokens: Tokens) -> None:
    assert set(tokens.key_set()["keys"][0]) == {"kty", "key_ops", "n", "e", "kid", "use", "alg"}


def test_a_damaged_signing_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("garbage")
    with pytest.raises(StateDamaged, match=r"key\.pem is damaged: it is not an RSA key; `rm .*key\.pem`"):
        Tokens(tmp_path / "key.pem", "https://localhost:1")
