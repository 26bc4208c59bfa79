from __future__ import annotations

import pytest

from infra.config import ConfigError, parse
from tests.unit.infra.config.samples import STACKS, changed, config, problems


@pytest.mark.parametrize("stack", STACKS)
def test_the_stacks_of_this_repository_are_right(stack: str) -> None:
    assert config(stack).environment == stack


def test_what_is_left_out_has_the_value_of_a_safe_production_stack() -> None:
    made = config("prod")
    assert made.stage == "production"
    assert made.protection.locks
    assert made.protection.protect
    assert made.database.high_availability == "ZoneRedundant"
    assert made.database.geo_redundant_backup
    assert made.database.backup_days == 35
    assert made.key_vault.purge_protection
    assert not made.key_vault.public_access
    assert made.services.api.min_replicas == 2


def test_a_given_value_takes_the_default_place() -> None:
    assert config("prod", database__storage_gb=256).database.storage_gb == 256


def test_lists_of_sections_are_read() -> None:
    made = config("prod", object_storage__transitions=[{"prefix": "logs/", "after_days": 30}])
    assert [(each.prefix, each.after_days) for each in made.object_storage.transitions] == [("logs/", 30)]


def test_null_takes_what_may_be_nothing() -> None:
    assert config("prod", object_storage__locked_prefix=None).object_storage.locked_prefix is None


def test_null_is_refused_where_a_value_must_be() -> None:
    assert "must be a whole number" in problems("prod", {"database.storage_gb": None})["database.storage_gb"]


def test_every_problem_is_reported_at_once() -> None:
    found = problems(
        "prod",
        {
            "location": "West Europe",
            "tags.owner": ...,
            "database.backup_days": 3,
            "hosts.api.tls": "cloudflare",
            "services.api.cpu": "half",
            "typo": 1,
            "monitoring.emails": ["nobody"],
            "zone.name": "ecent.dev",
        },
    )
    assert {
        "location", "tags.owner", "database.backup_days", "hosts.api.tls", "services.api.cpu", "typo", "monitoring.emails",
        "hosts.api.name",
    } <= set(found)  # fmt: skip


def test_the_message_counts_and_lists_the_problems() -> None:
    with pytest.raises(ConfigError) as raised:
        parse(changed("prod", {"location": "West Europe", "tags.owner": ""}))
    heading, *lines = str(raised.value).splitlines()
    assert heading == "2 problems in the stack's configuration:"
    assert [line.split()[1] for line in lines] == ["ignition:location", "ignition:tags.owner"]


@pytest.mark.parametrize(
    ("path", "near"),
    [("databse", "database"), ("database.high_availabilty", "high_availability"), ("hosts.api.nmae", "name")],
)
def test_an_unknown_key_names_the_one_that_was_meant(path: str, near: str) -> None:
    assert problems("prod", {path: "x"})[path] == f"is not a known key; did you mean {near}?"


def test_a_key_like_no_other_is_answered_with_those_that_there_are() -> None:
    assert "the keys are name, owned, plan" in problems("prod", {"zone.qqqqqq": 1})["zone.qqqqqq"]


def test_a_missing_section_is_reported_by_each_key_that_it_must_have() -> None:
    assert {"azure.subscription_id", "azure.tenant_id"} <= set(problems("prod", {"azure": ...}))


def test_a_missing_key_says_what_to_write() -> None:
    text = problems("prod", {"tags.repository": ...})["tags.repository"]
    assert text == (
        'is missing: The repository of this program. Write HOST/OWNER/NAME, for example "github.com/ecent/ignition"'
    )


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("database.storage_gb", "128", "must be a whole number"),
        ("database.storage_gb", True, "must be a whole number"),
        ("database.storage_gb", 128.0, "must be a whole number"),
        ("database.pgbouncer", "yes", "must be true or false"),
        ("database.pgbouncer", 1, "must be true or false"),
        ("database", "large", "must be a mapping of keys"),
        ("monitoring.emails", "operations@ecent.online", "must be a list"),
        ("monitoring.emails", {"a": "b"}, "must be a list"),
        ("services.api.cpu", "0.5", "must be a number"),
        ("attached_providers_only", "perhaps", "must be true or false"),
    ],
)
def test_a_wrong_type_is_named_with_the_right_one(path: str, value: object, says: str) -> None:
    assert says in problems("prod", {path: value})[path]


def test_a_number_in_place_of_text_is_told_to_be_quoted() -> None:
    text = problems("prod", {"cloudflare.account_id": 10})["cloudflare.account_id"]
    assert text == "is a whole number, not text: put it in quotes, '10'"


def test_an_item_of_a_list_is_named_by_its_place() -> None:
    assert "monitoring.emails[1]" in problems("prod", {"monitoring.emails": ["operations@ecent.online", 7]})


def test_a_misspelt_choice_names_the_one_that_was_meant() -> None:
    text = problems("prod", {"database.high_availability": "ZoneRedundent"})["database.high_availability"]
    assert text.endswith("did you mean ZoneRedundant?")


def test_a_rule_over_several_keys_is_silent_while_one_of_them_is_wrong() -> None:
    assert set(problems("prod", {"network.apps_subnet": "10.20.2.0/33"})) == {"network.apps_subnet"}


def test_a_wrong_key_does_not_silence_rules_over_others_of_its_section() -> None:
    assert {"database.backup_days", "database.max_connections"} <= set(
        problems("prod", {"database.backup_days": 3, "database.max_connections": 5000})
    )


def test_other_namespaces_are_left_alone() -> None:
    assert parse({**changed("prod", {}), "azure-native:location": "westeurope"}).environment == "prod"


def test_long_values_are_shortened_in_messages() -> None:
    assert len(problems("prod", {"tags.owner": "o" * 300})["tags.owner"]) < 250


def test_traffic_is_split_only_where_a_stack_says_so() -> None:
    assert config("prod").services.api.traffic is None
    split = config("prod", services__api__traffic={"latest": 20, "former": "r0123456789"}).services.api.traffic
    assert split is not None
    assert (split.latest, split.former) == (20, "r0123456789")


def test_everything_that_is_wrong_with_a_split_is_told_at_once_with_what_to_write() -> None:
    found = problems(
        "prod",
        {
            "services.api.traffic": {"latest": 120, "former": "ignition-prod-api--r0123456789"},
            "services.admin.traffic": {"latest": "20", "weight": 80},
        },
    )
    assert {key: text.partition(":")[0] for key, text in found.items()} == {
        "services.api.traffic.latest": "is 120",
        "services.api.traffic.former": 'is "ignition-prod-api--r0123456789"',
        "services.admin.traffic.latest": 'is "20"',
        "services.admin.traffic.former": "is missing",
        "services.admin.traffic.weight": "is not a known key; the keys are latest, former. Remove it",
    }
    assert 'write for example "r0123456789"' in found["services.api.traffic.former"]
    assert "what follows `--` in a revision's name" in found["services.api.traffic.former"]
    assert "0 to 100 percent" in found["services.api.traffic.latest"]
