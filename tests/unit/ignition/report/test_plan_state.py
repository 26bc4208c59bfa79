"""A plan as a state."""

import json

from ignition.report.plan_state import UNKNOWN, resources
from tests.unit.ignition.report.steps import BUCKET, SERVER, step, urn

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
PROVIDER = urn("pulumi:providers:cloudflare", "default")


def test_ids_and_what_is_unknown_stay_unknown():
    (made,) = resources(
        [step("create", SERVER, "main", None, {"a": UNKNOWN})], {urn(SERVER, "main"): {"host": UNKNOWN}}
    )
    assert (made["id"], made["inputs"], made["outputs"]) == (UNKNOWN, {"a": UNKNOWN}, {"host": UNKNOWN})


def test_a_secret_input_cannot_be_compared_and_a_secret_output_is_unknown():
    found = resources([step("create", SERVER, "main", None, {"p": "[secret]"})], {urn(SERVER, "main"): {"q": SECRET}})
    assert "redacted" in json.dumps(found[0]["inputs"])
    assert json.loads(found[0]["outputs"]["q"]["plaintext"]) == UNKNOWN


def test_a_default_provider_comes_before_what_uses_it():
    used = step("create", BUCKET, "b", None, {}, provider=f"{PROVIDER}::{UNKNOWN}")
    provider, bucket = resources([used], {})
    assert provider["urn"] == PROVIDER
    assert bucket["provider"] == f"{PROVIDER}::{provider['id']}"


def test_protection_is_left_out_so_that_the_engine_goes_on():
    (made,) = resources([step("create", BUCKET, "b", None, {}, protect=True)], {})
    assert "protect" not in made
