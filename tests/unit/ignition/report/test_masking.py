"""No secret is in a report."""

from ignition.report.masking import MASK, is_named_like_secret, masked
from local_cloud.catalog import PACKAGES

_MARKED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}


def test_every_input_that_a_rule_calls_secret_is_masked():
    """The report does not import the rules, which takes a second; so this does."""
    hidden = {
        (token, each.path.replace("[]", ""))
        for package in PACKAGES
        for token, kind in package.by_token().items()
        for each in kind.all_rules
        if each.hidden
    }
    assert hidden
    shown = []
    for token, path in hidden:
        inputs = "plain-secret-value"
        for key in reversed(path.split(".")):
            inputs = {key: inputs}
        if "plain-secret-value" in str(masked(token, inputs)):
            shown.append((token, path))
    assert shown == []


def test_what_the_engine_marks_is_masked_at_any_depth():
    assert masked("t", {"a": [{"b": _MARKED}, "[secret]"]}) == {"a": [{"b": MASK}, MASK]}


def test_addresses_of_secrets_and_numbers_are_shown():
    inputs = {"clientSecret": "https://kv-a.vault.azure.net/secrets/X/1", "maxTokens": 3}
    assert masked("t", inputs) == inputs


def test_ordinary_names_are_not_taken_for_secrets():
    assert [
        each
        for each in ("secretName", "keyVaultUrl", "value", "passwordAuth", "tokenAudience")
        if is_named_like_secret(each)
    ] == []
