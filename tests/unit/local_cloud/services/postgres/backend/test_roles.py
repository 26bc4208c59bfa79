"""Administrator's names and passwords are refused as Azure does."""

from __future__ import annotations

import pytest

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.postgres.backend.roles import check_login, check_password


@pytest.mark.parametrize("login", ["admin", "Administrator", "root", "azure_pg_admin", "pg_me", "", "x" * 64])
def test_a_reserved_or_impossible_login_is_refused(login: str) -> None:
    with pytest.raises(CloudRefusal, match="InvalidAdminUserName"):
        check_login(login)


def test_an_ordinary_login_passes() -> None:
    check_login("ecent_admin")


@pytest.mark.parametrize("password", ["Abcdefg1", "abcdef1!", "A1!" + "x" * 125])
def test_a_password_of_three_kinds_passes(password: str) -> None:
    check_password("ecent", password)


@pytest.mark.parametrize("password", ["Abcde1!", "abcdefgh1", "A1!" + "x" * 126, "My-ecent-1"])
def test_a_simple_password_is_refused_without_being_shown(password: str) -> None:
    with pytest.raises(CloudRefusal, match="PasswordNotComplex") as refused:
        check_password("ecent", password)
    assert password not in str(refused.value)
