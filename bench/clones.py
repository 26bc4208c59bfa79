"""
A test database: the copy of a migrated one, beside what making its tables anew takes.

`python -m bench.clones` prints a table and ends with 1 when a promise is broken.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench.figures import Row, report, seconds
from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.postgres.backend.clones import Model
from local_cloud.services.postgres.backend.places import Places
from local_cloud.services.postgres.backend.server import PostgresServer
from local_cloud.services.postgres.backend.servers import PostgresServers

ROUNDS = 20
TABLES = 79
LOGIN, PASSWORD = "bench_admin", "Correct-Horse-1"
MODEL = Model("bench", LOGIN, "azure_pg_admin", "app", ())


def rows(server: PostgresServer, ca: LocalCA) -> Iterator[Row]:
    """Every figure, as soon as it is measured."""
    clones = server.clones

    def migrate(database: str) -> None:
        options = {"host": "localhost", "port": server.port, "user": LOGIN, "password": PASSWORD}
        with psycopg.connect(
            dbname=database, sslmode="verify-full", sslrootcert=str(ca.ca_file), **options
        ) as connection:
            connection.execute("SET role = azure_pg_admin")
            for at in range(TABLES):
                connection.execute(
                    f"CREATE TABLE app.table_{at} (id bigserial PRIMARY KEY, body text NOT NULL, made timestamptz DEFAULT now())"
                )
                connection.execute(f"CREATE INDEX ON app.table_{at} (made)")

    def anew(at: int) -> None:
        name = f"ignition_test_anew_{at}"
        clones.create_empty(name, MODEL)
        migrate(name)

    by_migrations = statistics.median(seconds(lambda at=at: anew(at)) for at in range(3))
    template = clones.keep_template("ignition_test_anew_0", "bench")
    copies = [seconds(lambda at=at: clones.clone(template, f"ignition_test_{at}", MODEL)) for at in range(ROUNDS)]
    drops = [seconds(lambda at=at: clones.drop(f"ignition_test_{at}")) for at in range(ROUNDS)]
    yield Row(
        f"a copy of {TABLES} tables, median of {ROUNDS}",
        statistics.median(copies) * 1000,
        "ms",
        100,
        beside=f"empty and migrated {by_migrations * 1000:.0f} ms",
    )
    yield Row("dropping it, median", statistics.median(drops) * 1000, "ms")


def main() -> int:
    """Measure, print, and say whether every promise holds."""
    with tempfile.TemporaryDirectory(prefix="ignition-bench-") as directory:
        state, supervisor = Path(directory), Supervisor()
        ca = LocalCA(state / "ca")
        servers = PostgresServers(
            state / "postgres",
            programs=find_postgres(),
            ca=ca,
            ports=Ports(state / "ports.json"),
            supervisor=supervisor,
            places=Places.of_this_machine(),
        )
        server = servers.server("bench")
        try:
            server.apply(login=LOGIN, version="17", password=PASSWORD)
            server.create_database("bench")
            return report(rows(server, ca))
        finally:
            servers.delete_all()
            supervisor.stop_all()


if __name__ == "__main__":
    raise SystemExit(main())
