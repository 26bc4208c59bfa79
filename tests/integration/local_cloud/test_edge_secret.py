"""The sample backend answers through the edge alone, by the secret that the program gives to both."""

import json

import httpx

API = "api.ecent.online"


def answer(variables, path, **headers):
    """What the backend says at its own port, past edge and ingress."""
    url = f"http://127.0.0.1:{variables['SERVER_PORT']}{path}"
    return httpx.get(url, headers=headers, trust_env=False, timeout=60).status_code


def test_the_edge_is_the_only_way_in(platform):
    variables = platform.variables("api")
    assert variables["EDGE_REQUIRED"] == "true"
    assert platform.get(API, "/").status_code == 200
    assert answer(variables, "/") == 403
    assert answer(variables, "/health") == 200
    assert answer(variables, "/", **{"X-Edge-Secret": "forged", "CF-Connecting-IP": "203.0.113.7"}) == 403


def test_what_a_client_sends_under_the_name_of_the_secret_is_replaced(platform):
    headers = {"X-Edge-Secret": "forged", "Connection": "X-Edge-Secret"}
    with httpx.Client(verify=False, trust_env=False, timeout=60) as client:  # noqa: S501  HTTP/1.1, where Connection is allowed
        url = f"https://{platform.status()['endpoints']['api']['address']}/"
        found = client.get(url, headers={"Host": API, **headers}, extensions={"sni_hostname": API})
    assert found.status_code == 200


def test_the_backend_takes_the_other_secret_before_the_edge_sends_it(platform):
    variables = platform.variables("api")
    secrets = [variables["EDGE_SECRET_A"], variables["EDGE_SECRET_B"]]
    assert [answer(variables, "/", **{"X-Edge-Secret": each}) for each in secrets] == [200, 200]
    assert secrets[0] != secrets[1]


def test_the_admin_console_is_not_told_the_secret(platform):
    assert not [name for name in platform.variables("admin") if name.startswith("EDGE_")]


def test_the_ingress_past_the_edge_is_closed_to_this_machine(platform):
    """Its address rules let Cloudflare's ranges in and nobody else; the edge comes through a socket."""
    ports = json.loads((platform.state / "ports.json").read_text())
    with httpx.Client(verify=False, trust_env=False, timeout=60) as client:  # noqa: S501  the name is what counts here
        url = f"https://127.0.0.1:{ports['origin']}/"
        found = client.get(url, headers={"Host": API}, extensions={"sni_hostname": API})
    assert found.status_code == 403
    assert not [name for name in ports if "edge)" in name or "between apps" in name]
