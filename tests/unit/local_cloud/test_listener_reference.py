"""The table of listeners and the page that is made from it."""

import re

import pytest

from local_cloud import listener_reference
from local_cloud.listener_table import TABLE, row_of_port, row_of_socket


def test_the_page_is_what_the_table_says():
    page = listener_reference.PAGE.read_text(encoding="utf-8")
    assert page == listener_reference.page(), "run `python -m local_cloud.listener_reference --write`"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_says_why_another_account_is_answered(row):
    assert bool(row.answered) == bool(row.why)


def test_the_engines_own_ports_are_said_to_be_its():
    assert {row.name for row in TABLE if not row.ours} == {
        "engine's monitor",
        "engine's RPC",
        "policy pack",
        "program's callbacks",
    }
    assert [row.name for row in TABLE if not row.ours and "the engine's: not enforceable by us" not in row.how] == []


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ("console", "console"),
        ("edge", "edge"),
        ("edge (http)", "edge (http)"),
        ("edge (access team)", "access team"),
        ("origin", "origin"),
        ("origin (http)", "origin"),
        ("object storage (http)", "object storage"),
        ("postgres psql-ignition-local-1", "postgres"),
        ("ignition-local-api/ignition-local-api--r1-1/api", "app"),
    ],
)
def test_a_port_has_its_row(port, name):
    found = row_of_port(port)
    assert found is not None
    assert found.name == name


def test_a_port_that_nobody_declared_has_none():
    assert row_of_port("metrics") is None
    assert row_of_socket("/tmp/other.sock") is None  # noqa: S108  only a name


def test_a_cell_of_a_table_holds_no_bare_bar():
    rows = [line for line in listener_reference.page().splitlines() if line.startswith("| **")]
    assert len(rows) == sum(len(row.started_by) for row in TABLE)
    assert [row for row in rows if len(re.findall(r"(?<!\\)\|", row)) != 7] == []


def test_a_page_that_is_out_of_date_is_named_and_can_be_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(listener_reference, "PAGE", tmp_path / "listeners.md")
    assert listener_reference.main([]) == 1
    assert "--write" in capsys.readouterr().err
    assert listener_reference.main(["--write"]) == 0
    assert listener_reference.main([]) == 0


def test_every_grpc_server_is_made_where_it_is_protected():
    """Nothing else in the code opens a gRPC port."""
    root = listener_reference.PAGE.parents[2]
    opens = re.compile(r"\bgrpc(\.aio)?\.server\(|add_(in)?secure_port\(")
    found = {
        str(file.relative_to(root))
        for folder in ("local_cloud", "ignition", "app_config", "infra")
        for file in (root / folder).rglob("*.py")
        if opens.search(file.read_text(encoding="utf-8"))
    }
    assert found == {"local_cloud/runtime/network/grpc_server.py"}
