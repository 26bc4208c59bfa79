"""The life of a secret, by the official client over verified TLS."""

from __future__ import annotations

from tests.integration.key_vault.conftest import Platform


def test_a_secret_that_was_set_can_be_read(platform: Platform) -> None:
    client = platform.administrator()
    client.set_secret("DATABASE-URL", "postgresql://ü")
    assert client.get_secret("DATABASE-URL").value == "postgresql://ü"
