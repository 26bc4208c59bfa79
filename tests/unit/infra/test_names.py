from __future__ import annotations

import dataclasses
import inspect
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app_config.contract import variables
from app_config.settings import Settings
from infra.names import RULES, Names, checked, revision_name, secret_name

GUIDS = st.uuids().map(str)
_LETTERS = string.ascii_lowercase
ENVIRONMENTS = st.builds(
    str.__add__, st.sampled_from(_LETTERS), st.text(_LETTERS + string.digits, min_size=1, max_size=7)
)
PROJECTS = st.builds(str.__add__, st.sampled_from(_LETTERS), st.text(_LETTERS + string.digits, min_size=2, max_size=15))
NAMES = st.builds(
    Names, project=PROJECTS, environment=ENVIRONMENTS, subscription_id=GUIDS, location=st.just("swedencentral")
)


def every_name(names: Names) -> dict[str, str]:
    """All names of a stack, by what has them."""
    own = {name: getattr(names, name) for name, each in inspect.getmembers(Names) if isinstance(each, property)}
    made = {
        f"{make.__name__} {of}": make(of)
        for make, those in (
            (names.app, ("api", "admin")),
            (names.identity, ("api", "admin")),
            (names.security_group, ("apps", "database", "endpoints")),
            (names.private_endpoint, ("vault",)),
            (names.alert, ("api-errors", "database-failed-connections")),
        )
        for of in those
    }
    return own | made


@given(NAMES)
def test_every_name_of_every_stack_keeps_its_rule(names: Names) -> None:
    assert all(every_name(names).values())


@given(NAMES)
def test_names_stay_the_same(names: Names) -> None:
    again = dataclasses.replace(names, subscription_id=names.subscription_id.upper())
    assert every_name(again) == every_name(names)


@given(NAMES, GUIDS)
def test_another_subscription_takes_other_global_names(names: Names, other: str) -> None:
    moved = dataclasses.replace(names, subscription_id=other)
    if moved.suffix != names.suffix:
        for kind in ("key_vault", "database_server", "registry"):
            assert getattr(moved, kind) != getattr(names, kind)


@given(NAMES)
def test_a_second_try_in_another_region_takes_other_global_names(names: Names) -> None:
    """A vault with purge protection keeps its name for ninety days, wherever it stood."""
    moved = dataclasses.replace(names, location="francecentral")
    for kind in ("key_vault", "database_server", "registry"):
        assert getattr(moved, kind) != getattr(names, kind)


@given(st.lists(ENVIRONMENTS, min_size=2, max_size=2, unique=True), GUIDS)
def test_two_environments_of_one_subscription_share_no_name(environments: list[str], subscription: str) -> None:
    one, other = (
        every_name(Names(project="ignition", environment=each, subscription_id=subscription, location="swedencentral"))
        for each in environments
    )
    shared = {kind for kind in one if one[kind] == other[kind]} - {
        "action_group_short"
    }  # twelve characters, told to people
    assert shared == set()


def test_the_names_of_the_production_stack() -> None:
    names = Names(
        project="ignition",
        environment="prod",
        subscription_id="00000000-0000-0000-0000-000000000000",
        location="swedencentral",
    )
    assert (names.resource_group, names.key_vault, names.database_server, names.registry, names.bucket) == (
        "rg-ignition-prod",
        "kv-ignition-prod-9b067a",
        "psql-ignition-prod-9b067a",
        "crignitionprod9b067a",
        "ignition-prod",
    )


# One name that each rule takes and one that it refuses.
EXAMPLES = {
    "action group": ("ag-ignition-dev", "ag/ignition"),
    "action group short name": ("ignition-dev", "ignition-prod"),
    "alert": ("ignition-dev-api-errors", "api/errors"),
    "bucket": ("ignition-dev", "Ignition_dev"),
    "budget": ("budget-ignition-dev", "budget ignition"),
    "container app": ("ignition-dev-api", "ignition--api"),
    "container environment": ("cae-ignition-dev", "cae_ignition"),
    "database server": ("psql-ignition-dev", "PSQL_ignition"),
    "identity": ("id-ignition-dev-api", "id"),
    "key vault": ("kv-ignition-dev-76badf", "kv-ignition-production-76badf"),
    "lock": ("keep", "keep/it"),
    "network": ("vnet-ignition-dev", "vnet-"),
    "network security group": ("nsg-ignition-dev-apps", "nsg apps"),
    "private DNS zone": ("ignition-dev.private.postgres.database.azure.com", "ignition"),
    "private endpoint": ("pe-ignition-dev-vault", "-vault"),
    "registry": ("crignitiondev76badf", "cr-ignition-dev"),
    "resource group": ("rg-ignition-dev", "rg-ignition."),
    "revision": ("ignition-dev-api--r0123456789", "ignition-dev-api--blue"),
    "revision suffix": ("r0123456789", "ignition-dev-api--r0123456789"),
    "secret": ("DATABASE-URL", "DATABASE_URL"),
    "subnet": ("snet-apps", "snet apps"),
    "workspace": ("log-ignition-dev", "log_ignition"),
}


@pytest.mark.parametrize("kind", sorted(RULES))
def test_a_name_that_the_cloud_refuses_is_refused(kind: str) -> None:
    right, wrong = EXAMPLES[kind]
    assert checked(kind, right) == right
    with pytest.raises(ValueError, match="is not a valid name for a"):
        checked(kind, wrong)


@pytest.mark.parametrize("kind", sorted(RULES))
def test_no_rule_takes_a_line_end(kind: str) -> None:
    if kind not in {"action group", "action group short name", "alert", "lock"}:
        assert not RULES[kind].holds(f"{EXAMPLES[kind][0]}\n")


def test_a_variable_of_the_contract_has_the_vaults_form_of_its_name() -> None:
    assert [secret_name(each.env) for each in variables(Settings)] == [each.vault_name for each in variables(Settings)]


def test_a_revision_of_the_longest_app_name_has_a_name() -> None:
    assert revision_name("a" * 32, "r0123456789") == f"{'a' * 32}--r0123456789"


def test_a_revision_of_a_longer_name_than_azure_takes_has_none() -> None:
    with pytest.raises(ValueError, match="is not a valid name for a revision"):
        revision_name("a" * 42, "r0123456789")


def test_a_revision_is_named_by_its_suffix_alone() -> None:
    with pytest.raises(ValueError, match="is not a valid name for a revision suffix"):
        revision_name("ignition-dev-api", "ignition-dev-api--r0123456789")


def test_the_letters_of_a_suffix_suit_every_global_name() -> None:
    assert set(Names(project="p", environment="dev", subscription_id="x", location="y").suffix) <= set(
        string.hexdigits.lower()
    )
