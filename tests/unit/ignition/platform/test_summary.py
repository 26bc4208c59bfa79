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
    "apps": [
        {"name": "api", "revisions": [], "listen": [], "exposed": None},
    ],
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


class _WithApp:
    def __init__(self, **app):
        self.app = STATUS["apps"][0] | app

    def get(self, path):
        return STATUS | {"apps": [self.app]}


def test_two_revisions_side_by_side_are_a_row_each_with_their_share(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    counts = {"replicas": 1, "ready": 1, "restarts": 0}
    print_summary(
        _WithApp(revisions=[{"name": "api--old", "weight": 100, **counts}, {"name": "api--new", "weight": 0, **counts}])
    )
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if "api--" in line]
    assert [row[1:5] for row in rows] == [["api--old", "100", "%", "1"], ["api--new", "0", "%", "1"]]


def test_the_address_that_an_app_is_told_is_shown_beside_the_stacks(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    told = [{"variable": "SERVER_HOST", "declared": "0.0.0.0", "here": "127.0.0.1"}]
    print_summary(_WithApp(listen=told))
    shown = capsys.readouterr().out
    assert "127.0.0.1 (SERVER_HOST; the stack has 0.0.0.0)" in shown
    assert "Warning" not in shown


def test_an_app_that_other_machines_reach_is_named_with_what_to_change(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    print_summary(_WithApp(exposed={"problem": "api listens on 0.0.0.0:8080", "fix": "let it not"}))
    lines = capsys.readouterr().out.splitlines()
    assert "Warning: api listens on 0.0.0.0:8080." in lines
    assert "  fix: let it not" in lines
