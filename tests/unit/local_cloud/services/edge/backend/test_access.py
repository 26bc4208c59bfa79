"""Sessions of Access."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from local_cloud.runtime.errors import BackendError
from local_cloud.services.edge.backend import AccessApplication
from local_cloud.services.edge.backend.access import Access

ISSUER = "https://ecent.cloudflareaccess.com"
APPLICATION = AccessApplication(
    host="a", aud="tag", name="A", emails=("Ana@ecent.online",), email_domains=("@example.org",), session_s=60
)


@pytest.mark.parametrize(
    ("email", "admitted"),
    [
        ("ana@ecent.online", True),
        (" ANA@ecent.online ", True),
        ("bo@example.org", True),
        ("bo@ecent.online", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_listed_addresses_and_domains_are_admitted(email: str, admitted: bool) -> None:
    assert APPLICATION.admits(email) is admitted


def test_a_session_ends_after_its_time(tmp_path: Path) -> None:
    now = [1000.0]
    access = Access(tmp_path / "key.pem", issuer=ISSUER, clock=lambda: now[0])
    session = access.sign_in(APPLICATION, "ana@ecent.online")
    assert session is not None
    now[0] += 59
    assert access.session(APPLICATION, session.token) == session
    now[0] += 1
    assert access.session(APPLICATION, session.token) is None


def test_a_token_signed_by_somebody_else_is_no_session(tmp_path: Path) -> None:
    forged = Access(tmp_path / "other.pem", issuer=ISSUER).sign_in(APPLICATION, "ana@ecent.online")
    assert forged is not None
    assert Access(tmp_path / "key.pem", issuer=ISSUER).session(APPLICATION, forged.token) is None


def test_an_unsigned_token_is_no_session(tmp_path: Path) -> None:
    unsigned = jwt.encode({"aud": ["tag"], "email": "ana@ecent.online", "exp": 9_999_999_999}, None, algorithm="none")
    assert Access(tmp_path / "key.pem", issuer=ISSUER).session(APPLICATION, unsigned) is None


def test_the_key_is_kept_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    session = Access(file, issuer=ISSUER).sign_in(APPLICATION, "ana@ecent.online")
    assert session is not None
    assert Access(file, issuer=ISSUER).session(APPLICATION, session.token) is not None
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("nonsense")
    with pytest.raises(BackendError, match=r"key\.pem is damaged"):
        Access(tmp_path / "key.pem", issuer=ISSUER)
