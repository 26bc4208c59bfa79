from __future__ import annotations

from pathlib import Path

from ignition.developer.psql import connection

URL = "postgresql://ignition_a:s3cr%3Aet@localhost:25432/ignition?sslmode=verify-full&sslrootcert=/state/ca/ca.pem"


def test_libpq_is_told_everything_but_the_password(tmp_path: Path) -> None:
    assert connection(URL, tmp_path) == {
        "PGHOST": "localhost",
        "PGPORT": "25432",
        "PGUSER": "ignition_a",
        "PGDATABASE": "ignition",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/state/ca/ca.pem",
        "PGPASSFILE": str(tmp_path / "pgpass"),
    }


def test_the_password_is_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    connection(URL, tmp_path)
    file = tmp_path / "pgpass"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "localhost:25432:*:ignition_a:s3cr\\:et\n"
