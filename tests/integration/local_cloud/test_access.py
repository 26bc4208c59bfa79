"""The admin console behind Access, on the whole platform: the edge signs people in, and the app verifies what the edge tells it."""

import ssl

import httpx
import pytest

from tests.support.local_platform import LocalPlatform

ADMIN = "admin.ignition.ecent.online"
SIGN_IN = "/cdn-cgi/access/login?redirect_url=/"


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    made = LocalPlatform.make(tmp_path_factory.mktemp("access"))
    made.configure("edge", access={"team": "ecent", "email_domains": ["ecent.online"]})
    made.up()
    yield made
    made.remove()


@pytest.fixture
def browser(platform):
    """A client that keeps cookies, as a browser does; it reaches the admin console by its real name."""
    status = platform.status()
    address = status["endpoints"]["admin"]["address"]
    context = ssl.create_default_context(cafile=status["ca_file"])
    with httpx.Client(verify=context, trust_env=False, timeout=60, base_url=f"https://{address}") as client:

        def ask(path, method="GET", **options):
            headers = {"Host": ADMIN}
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
            headers |= {"Cookie": cookies} if cookies else {}
            return client.request(method, path, headers=headers, extensions={"sni_hostname": ADMIN}, **options)

        yield ask


def test_a_stranger_is_led_to_the_sign_in_page(browser):
    assert browser("/").status_code == 302


def test_an_admitted_person_gets_the_page_once_signed_in(browser):
    signed_in = browser(SIGN_IN, "POST", data={"email": "ana@ecent.online"})
    assert signed_in.status_code == 303
    page = browser("/")
    assert page.status_code == 200
    assert "data-api=" in page.text


def test_anybody_else_is_refused(browser):
    assert browser(SIGN_IN, "POST", data={"email": "eve@example.org"}).status_code == 403


def test_past_the_edge_the_app_refuses_who_has_no_token(platform):
    port = platform.variables("admin")["PORT"]
    assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 403
    assert httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200
