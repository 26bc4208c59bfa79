"""What `ignition up` prints at its end."""

import pytest

from ignition.platform.summary import print_summary

STATUS = {
    "zone": "example.org",
    "ca_file": "/home/somebody/.local/state/ignition/a-long-name-of-a-cloud/ca/ca.pem",
    "endpoints": {
        "api": {"url": "https://api.example.org", "address": "127.0.0.1:4443"},
        "admin": None,
        "postgres": {"host": "localhost", "port": 5432, "database": "ignition"},
        "key_vault": {"url": "https://localhost:8443"},
        "s3": {"url": "https://localhost:9443", "plain_url": "http://127.0.0.1:9000"},
        "dns": {"address": "127.0.0.1:5353"},
        "console": {"url": "http://localhost:8000/"},
    },
    "apps": [{"name": "api", "revision": None, "replicas": 1, "ready": 1, "restarts": 0}],
}


class _Client:
    def get(self, path):
        assert path == "/api/status"
        return STATUS


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_commands_are_whole_lines_however_narrow_the_terminal(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    print_summary(_Client())
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    curl = f"curl --cacert {STATUS['ca_file']} --connect-to ::127.0.0.1:4443 https://api.example.org/health"
    assert curl in lines
    assert [line for line in lines if "curl" in line] == [curl]
