"""A second bucket: created by its entry in the stack's file, bound by its group in the settings."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from app_config.contract import variables
from app_config.rules import broken_api_rules
from app_config.settings import Settings, StorageSettings
from infra.__main__ import declare
from infra.components.data.object_storage import ObjectStorage
from infra.composition.settings import bucket_secrets, bucket_values
from infra.config import ConfigError, StackConfig
from tests.support import declared
from tests.unit.infra.components import examples
from tests.unit.infra.config.samples import config, problems


class WithExports(Settings):
    """The backend's settings with a second bucket."""

    exports: StorageSettings


def two_buckets() -> Mapping[str, ObjectStorage]:
    return {name: ObjectStorage(name, examples.object_storage()) for name in ("storage", "exports")}


def of_buckets(made: StackConfig) -> dict[str, str]:
    resources = declared.declare(lambda: _Nothing(declare(made))).resources
    return {each.name: each.inputs["name"] for each in resources if each.type.endswith(":R2Bucket")}


class _Nothing:
    """What the program returns, with no component behind it."""

    def __init__(self, outputs: Mapping[str, object]) -> None:
        self.given = outputs


def test_a_second_bucket_has_a_name_of_its_own_and_the_first_one_keeps_its() -> None:
    made = config("prod", buckets={"exports": {"locked_prefix": None}})
    assert of_buckets(made) == {"storage-bucket": "ignition-prod", "exports-storage-bucket": "ignition-prod-exports"}


def test_each_bucket_has_settings_of_its_own() -> None:
    made = config("prod", buckets={"exports": {"locked_prefix": None, "abort_uploads_after_days": 1}})
    assert (made.object_storage.locked_prefix, made.buckets["exports"].locked_prefix) == ("audit/", None)
    assert made.buckets["exports"].abort_uploads_after_days == 1
    assert made.buckets["exports"].jurisdiction == "eu"


def test_a_key_of_a_bucket_is_refused_by_its_full_name() -> None:
    found = problems("prod", {"buckets": {"exports": {"locked_days": 0, "corss": True}}})
    assert set(found) == {"buckets.exports.locked_days", "buckets.exports.corss"}
    assert "did you mean cors?" in found["buckets.exports.corss"]


def test_a_name_that_cannot_be_a_group_of_settings_is_refused() -> None:
    assert "is not `storage`" in problems("prod", {"buckets": {"storage": {}}})["buckets"]


def test_every_variable_of_the_second_bucket_is_bound() -> None:
    group = {variable.env: variable.secret for variable in variables(WithExports) if variable.group == "exports"}
    bound: dict[str, bool] = {}

    def build() -> _Nothing:
        buckets = two_buckets()
        bound.update(dict.fromkeys(bucket_values(WithExports, buckets), False))
        bound.update(dict.fromkeys(bucket_secrets(WithExports, buckets, {"api": "principal"}), True))
        return _Nothing({})

    declared.declare(build)
    assert {name: secret for name, secret in bound.items() if name.startswith("EXPORTS_")} == group


def test_a_group_without_a_bucket_in_the_stack_is_refused_with_what_to_write() -> None:
    with pytest.raises(ConfigError, match=r"ignition:buckets\.exports is missing.*EXPORTS_BUCKET.*`exports: \{\}`"):
        bucket_values(WithExports, {"storage": None})


def test_the_keys_of_every_bucket_at_r2_are_checked() -> None:
    values = {"EXPORTS_BUCKET": "x", "EXPORTS_ENDPOINT": "https://a.r2.cloudflarestorage.com"}
    assert [name for name, _ in broken_api_rules({**values, "EXPORTS_ACCESS_KEY_ID": SecretStr("wrong")})] == [
        "EXPORTS_ACCESS_KEY_ID"
    ]
