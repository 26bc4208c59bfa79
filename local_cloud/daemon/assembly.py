"""Puts the parts of a state directory together; what each of them does is in `backends`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from local_cloud.backends.certificates import LocalCA
from local_cloud.backends.identity import Identity
from local_cloud.backends.key_vault.server import KeyVault
from local_cloud.backends.object_storage.storage import ObjectStorage
from local_cloud.backends.ports import Ports
from local_cloud.backends.postgres.servers import PostgresServers
from local_cloud.backends.process import end_orphans
from local_cloud.backends.role_assignments import RoleAssignments
from local_cloud.backends.supervisor import Supervisor
from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.engine.versitygw import find_versitygw
from local_cloud.parts import Parts
from local_cloud.records import SealedRecords

TENANT_ID: Final = "10ca10ca-0000-4000-8000-000000000001"
SUBSCRIPTION_ID: Final = "10ca10ca-0000-4000-8000-000000000002"
ACCOUNT_ID: Final = "10ca10ca000040008000000000000003"
ZONE_ID: Final = "10ca10ca000040008000000000000004"
"""What the local stack's configuration names; nothing of the kind exists in the real clouds."""


@contextlib.contextmanager
def assembled(state: Path, fixed_ports: Mapping[str, int]) -> Iterator[Parts]:
    """
    Starts everything that a state directory holds, and stops it again.

    Args:
        state: the state directory.
        fixed_ports: ports that configuration prescribes, by name.

    Raises:
        BackendError: a part does not start; the message says why and what to do.
    """
    end_orphans(state)
    with contextlib.ExitStack() as ending:
        supervisor = Supervisor()
        ending.callback(supervisor.stop_all)
        ports = Ports(state / "ports.json", fixed_ports)
        ca = LocalCA(state / "ca")
        records = SealedRecords(state / "records")
        ending.callback(records.close)
        roles = RoleAssignments(state / "role-assignments.sqlite")
        ending.callback(roles.close)
        identity = Identity(
            state / "identity",
            ca=ca,
            port=ports.port("identity"),
            authority_port=ports.port("token authority"),
            tenant_id=TENANT_ID,
        )
        ending.callback(identity.close)
        identity.start()
        key_vault = KeyVault(
            state / "key-vault", ca=ca, port=ports.port("key vault"), tokens=identity.tokens, roles=roles
        )
        ending.callback(key_vault.close)
        key_vault.start()
        postgres = PostgresServers(
            state / "postgres", programs=find_postgres(), ca=ca, ports=ports, supervisor=supervisor
        )
        postgres.resume()
        object_storage = ObjectStorage(
            state / "object-storage",
            program=find_versitygw(),
            ca=ca,
            ports=ports,
            supervisor=supervisor,
            account_id=ACCOUNT_ID,
        )
        ending.callback(object_storage.stop)
        object_storage.start()
        yield Parts(
            ca=ca,
            origin_ca=LocalCA(state / "origin-ca"),
            ports=ports,
            records=records,
            supervisor=supervisor,
            role_assignments=roles,
            identity=identity,
            key_vault=key_vault,
            postgres=postgres,
            object_storage=object_storage,
        )
