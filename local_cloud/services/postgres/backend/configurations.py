"""Server parameters really set: ALTER SYSTEM, then a reload or a restart, and back to the old value if that fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.runtime.processes.process import ProcessFailed
from local_cloud.services.postgres.backend import parameters
from local_cloud.services.postgres.backend.administration import Administration
from local_cloud.services.postgres.backend.cluster import Cluster
from local_cloud.services.postgres.backend.parameters import Parameter
from local_cloud.services.postgres.backend.record import Record

_QUERY = """
SELECT name, vartype, boot_val, min_val, max_val, enumvals, context
FROM pg_catalog.pg_settings WHERE pg_catalog.lower(name) = %s
"""
_SETTING = "SELECT setting FROM pg_catalog.pg_settings WHERE pg_catalog.lower(name) = %s"
_PENDING_RESTART = "SELECT pending_restart FROM pg_catalog.pg_settings WHERE pg_catalog.lower(name) = %s"
_ALTERED = re.compile(r"(\S+) = '(.*)'")
_LIBRARIES = "shared_preload_libraries"


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """
    A parameter with its value.

    Attributes:
        value: the override, or the default.
        overridden: whether it was set.
        restarted: whether setting it took a restart.
    """

    parameter: Parameter
    value: str
    overridden: bool
    restarted: bool = False

    @property
    def source(self) -> str:
        """Azure's word for where the value is from."""
        return "user-override" if self.overridden else "system-default"


@dataclass(frozen=True, kw_only=True)
class Configurations:
    """The parameters of a running server; its caller keeps two changes from running at a time."""

    record: Record
    save: Callable[[], None]
    cluster: Cluster
    administration: Administration
    reload: Callable[[], None]
    restart: Callable[[], None]

    def get(self, name: str) -> Configuration:
        """One parameter as it is now, whoever set it."""
        parameter = self._parameter(name)
        kept = self.record.overrides.get(parameter.name)
        if self._as_left(parameter.name):
            value, overridden = parameter.default if kept is None else kept, kept is not None
        else:
            value, overridden = self._setting(parameter.name), self._altered(parameter.name) is not None
        return Configuration(parameter=parameter, value=value, overridden=overridden)

    def value(self, name: str) -> str:
        """A parameter's value as it is now; the server is asked only where it is not the one that was set here."""
        kept = self.record.overrides.get(name.lower())
        return kept if kept is not None and self._as_left(name.lower()) else self.get(name).value

    def set(self, name: str, value: str) -> Configuration:
        """Set one, or refuse."""
        parameter = self._parameter(name)
        return self._apply(parameter, parameters.check_value(parameter, value, self.record.version))

    def reset(self, name: str) -> Configuration:
        """Take an override away."""
        return self._apply(self._parameter(name), None)

    def _parameter(self, name: str) -> Parameter:
        # PostgreSQL writes a few of them with capitals, and takes all of them without.
        name = name.lower()
        parameters.check_name(name, self.record.version)
        found = parameters.built_in(name)
        if found is not None:
            return found
        rows = self.administration.rows(_QUERY, name)
        # A placeholder is a name that someone set once, not a parameter.
        known = [row for row in rows if "." not in name or row[6] != "user" or row[2] is not None]
        if not known:
            raise parameters.unknown(name, self.record.version)
        return parameters.of_server(known[0])

    def _apply(self, parameter: Parameter, value: str | None) -> Configuration:
        name, before = parameter.name, self.record.overrides.get(parameter.name)
        restarted = False
        self._keep(name, value)
        if name == parameters.ALLOW_LIST_PARAMETER:
            self._alter(name, value)
            self.reload()
        elif name == parameters.TLS_PARAMETER:
            self.reload()
        elif not parameter.recorded_only:
            try:
                self._alter(name, self._available(value) if name == _LIBRARIES and value else value)
                self.reload()
                restarted = self._pending_restart(name)
                if restarted:
                    self.restart()
            except (psycopg.errors.DatabaseError, ProcessFailed) as error:
                self._go_back(name, before, value, error)
        self.save()
        shown = self.get(name)
        return Configuration(parameter=parameter, value=shown.value, overridden=shown.overridden, restarted=restarted)

    def _keep(self, name: str, value: str | None) -> None:
        if value is None:
            self.record.overrides.pop(name, None)
        else:
            self.record.overrides[name] = value

    def _alter(self, name: str, value: str | None) -> None:
        own = sql.SQL(".").join([sql.Identifier(part) for part in name.split(".")])
        if value is None:
            self.administration.execute(sql.SQL("ALTER SYSTEM RESET {}").format(own))
        else:
            self.administration.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(own, sql.Literal(value)))

    def _as_left(self, name: str) -> bool:
        """Whether a parameter stands in the server's files as it was set here: a superuser's ALTER SYSTEM goes past us."""
        built_in = parameters.built_in(name)
        if built_in is not None and name != parameters.ALLOW_LIST_PARAMETER:
            return True  # in no file that ALTER SYSTEM writes
        kept = self.record.overrides.get(name)
        written = self._available(kept) if name == _LIBRARIES and kept else kept
        found = self._altered(name)
        # A list is written in double quotes.
        return found == written or (found is not None and found.strip('"') == written)

    def _altered(self, name: str) -> str | None:
        """What ALTER SYSTEM wrote for a parameter, whoever ran it."""
        for line in self.cluster.read("postgresql.auto.conf").splitlines():
            found = _ALTERED.fullmatch(line)
            if found is not None and found[1].lower() == name:
                return found[2].replace("''", "'")
        return None

    def _setting(self, name: str) -> str:
        rows = self.administration.rows(_SETTING, name)
        return rows[0][0] if rows else ""

    def _pending_restart(self, name: str) -> bool:
        return self.administration.rows(_PENDING_RESTART, name) == [(True,)]

    def _available(self, libraries: str) -> str:
        """Only the libraries that this PostgreSQL has: it does not start with one that is missing."""
        [(directory,)] = self.administration.rows(
            "SELECT setting FROM pg_catalog.pg_config WHERE name = 'PKGLIBDIR'",
        )
        names = [name.strip() for name in libraries.split(",")]
        present = self.administration.rows(
            "SELECT name FROM pg_catalog.unnest(%s::text[]) WITH ORDINALITY AS wanted(name, place) "
            "WHERE (pg_catalog.pg_stat_file(%s || '/' || name || '.so', true)).size IS NOT NULL ORDER BY place",
            names,
            directory,
        )
        return ",".join(name for (name,) in present)

    def _go_back(self, name: str, before: str | None, value: str | None, error: Exception) -> None:
        """Undo a value that the server cannot run with, and refuse it."""
        self._keep(name, before)
        if isinstance(error, ProcessFailed):
            auto = self.cluster.read("postgresql.auto.conf").splitlines()
            kept = [line for line in auto if not line.startswith(f"{name} ")]
            old = [] if before is None else [f"{name} = '{before.replace(chr(39), chr(39) * 2)}'"]
            self.cluster.write("postgresql.auto.conf", "\n".join([*kept, *old]) + "\n")
            self.restart()
        reason = error.last_line if isinstance(error, ProcessFailed) else str(error).splitlines()[0]
        raise CloudRefusal(
            "InvalidParameterValue", f"Invalid value given for parameter {name}: '{value}' ({reason})."
        ) from None
