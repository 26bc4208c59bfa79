"""No secret of a real stack is on any page, in any answer for programs, or in a log view."""

import html

from local_cloud.console.masking import MASK
from tests.support.rollouts import JOB
from tests.support.waiting import until


def test_the_stack_has_secrets_of_every_kind(real_secrets):
    kinds = (
        "secrets-session-secret",
        "roles-password-a",
        "api-host-key",
        "storage-token-a",
        "oauth-secret-a",
        "database-server",
    )
    assert all(any(each.startswith(kind) for each in real_secrets) for kind in kinds)


def test_no_secret_is_on_any_page(every_page, real_secrets):
    shown = [(path, what) for path, text in every_page.items() for what, value in real_secrets.items() if value in text]
    assert shown == []


def test_no_private_key_is_on_any_page(every_page):
    assert [path for path, text in every_page.items() if "PRIVATE KEY" in text] == []


def test_a_masked_property_keeps_its_name(every_page):
    page = next(text for path, text in every_page.items() if path.endswith("::session-secret"))
    assert "<dt>result</dt>" in page
    assert MASK in page


def test_addresses_of_secrets_are_shown(every_page):
    outputs = next(text for path, text in every_page.items() if path.endswith("pulumi:pulumi:Stack::ignition-local"))
    assert "/secrets/SESSION-SECRET" in outputs


def test_a_secret_that_an_app_logs_is_struck_out(platform, console, real_secrets):
    secret = real_secrets["session-secret outputs.result"]
    platform.get("api.ecent.online", f"/health?leaked={secret}&asked=once")
    until(lambda: "asked=once" in console.get("/api/logs/api").text, "the line in the log")
    text = console.get("/api/logs/api").text
    assert secret not in text
    assert f"leaked={MASK}&asked=once" in text


def test_a_secret_that_a_job_writes_and_fails_with_is_struck_out(console, job, real_secrets):
    name = job.run("fail")
    secret = next(value for what, value in real_secrets.items() if what.startswith("secrets-database-url inputs"))
    page, log = console.get(f"/jobs/{JOB}").text, console.get(f"/api/logs/{JOB}", params={"execution": name}).text
    assert secret not in page + log + html.unescape(page)
    assert f"no such table in {MASK}" in page  # among what happened
    assert [line for line in log.splitlines() if MASK in line] == [f"url {MASK}", f"no such table in {MASK}"]
