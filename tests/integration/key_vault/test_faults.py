"""Trouble on demand, as the official client meets it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from local_cloud.runtime.network.faults import FaultKind
from tests.integration.key_vault.platform import Platform


@pytest.fixture(autouse=True)
def _filled(platform: Platform) -> None:
    vault = platform.key_vault.vaults.get("kv-ignition")
    for name in ("A", "B"):
        platform.key_vault.secrets.put(vault, name, "v")


def test_a_throttled_client_waits_as_told_and_succeeds(platform: Platform) -> None:
    platform.key_vault.faults.add(FaultKind.THROTTLED, count=2, retry_after_s=0)
    assert platform.administrator().get_secret("A").value == "v"


def test_a_throttled_client_is_told_how_long_to_wait(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    client.get_secret("A")
    platform.key_vault.faults.add(FaultKind.THROTTLED, retry_after_s=7)
    with pytest.raises(HttpResponseError, match="too many requests were received") as refused:
        client.get_secret("A")
    assert refused.value.response is not None
    assert (refused.value.status_code, refused.value.response.headers["Retry-After"]) == (429, "7")


def test_an_outage_that_ends_is_survived(platform: Platform) -> None:
    platform.key_vault.faults.add(FaultKind.UNAVAILABLE, count=2)
    assert platform.administrator().get_secret("A").value == "v"


def test_an_outage_that_lasts_is_reported(platform: Platform) -> None:
    platform.key_vault.faults.add(FaultKind.UNAVAILABLE)
    with pytest.raises(HttpResponseError, match="The service is unavailable") as refused:
        platform.administrator(retry_total=1).get_secret("A")
    assert refused.value.status_code == 503


def test_a_fault_may_concern_one_secret_only(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    platform.key_vault.faults.add(FaultKind.UNAVAILABLE, path="/secrets/B*")
    assert client.get_secret("A").value == "v"
    with pytest.raises(HttpResponseError):
        client.get_secret("B")


def test_a_secret_may_be_disabled_between_list_and_read(platform: Platform) -> None:
    client = platform.administrator()
    platform.key_vault.faults.add(FaultKind.SECRET_DISABLED, path="/secrets/B*")
    assert [(secret.name, secret.enabled) for secret in client.list_properties_of_secrets()] == [
        ("A", True),
        ("B", True),
    ]
    with pytest.raises(HttpResponseError, match="disabled secret"):
        client.get_secret("B")


def test_a_hanging_server_is_left_by_a_client_with_a_timeout(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    client.get_secret("A")
    platform.key_vault.faults.add(FaultKind.HANG)
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        client.get_secret("A", read_timeout=0.2)


def test_a_late_answer_is_still_right(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    client.get_secret("A")
    platform.key_vault.faults.add(FaultKind.LATENCY, delay_s=0.3)
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        client.get_secret("A", read_timeout=0.1)
    assert client.get_secret("A", read_timeout=10).value == "v"


def test_an_expired_certificate_is_refused_by_the_client_and_the_right_one_comes_back(platform: Platform) -> None:
    platform.administrator(retry_total=0).get_secret("A")
    platform.key_vault.faults.add(FaultKind.EXPIRED_CERTIFICATE)
    with pytest.raises(ServiceRequestError, match="certificate has expired"):
        platform.administrator(retry_total=0).get_secret("A")
    platform.key_vault.faults.clear()
    assert platform.administrator(retry_total=0).get_secret("A").value == "v"


def test_a_server_with_a_hanging_request_stops_and_lets_the_client_go(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    client.get_secret("A")
    fault = platform.key_vault.faults.add(FaultKind.HANG, count=1)
    with ThreadPoolExecutor(1) as pool:
        request = pool.submit(client.get_secret, "A", read_timeout=60)
        while fault.count:
            time.sleep(0.01)
        platform.key_vault.stop()
        with pytest.raises((ServiceRequestError, ServiceResponseError)):
            request.result()


def test_a_full_disk_is_reported_and_reading_goes_on(platform: Platform) -> None:
    client = platform.administrator(retry_total=0)
    with platform.key_vault.secrets._file.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(HttpResponseError, match=r"key-vault\.sqlite: No space left on device; free some space there"):
        client.set_secret("C", "v" * 25_000)
    assert client.get_secret("A").value == "v"
