"""The real parts of a local cloud, by name: what the resource types reach for."""

from __future__ import annotations

from dataclasses import dataclass

from local_cloud.backends.certificates import LocalCA
from local_cloud.backends.container_apps import Platform
from local_cloud.backends.dns import DnsServer
from local_cloud.backends.edge import Edge
from local_cloud.backends.identity import Identity
from local_cloud.backends.key_vault.server import KeyVault
from local_cloud.backends.object_storage.storage import ObjectStorage
from local_cloud.backends.ports import Ports
from local_cloud.backends.postgres.servers import PostgresServers
from local_cloud.backends.role_assignments import RoleAssignments
from local_cloud.backends.supervisor import Supervisor
from local_cloud.records import SealedRecords


@dataclass(frozen=True, kw_only=True)
class Parts:
    """
    Everything that really runs.

    Attributes:
        ca: issues what clients of this machine verify.
        origin_ca: Cloudflare's Origin CA, which only the edge trusts.
        records: what was made, for types that look at others.
        zone_name: the DNS zone, `ecent.online`.
    """

    ca: LocalCA
    origin_ca: LocalCA
    ports: Ports
    supervisor: Supervisor
    records: SealedRecords
    role_assignments: RoleAssignments
    identity: Identity
    key_vault: KeyVault
    postgres: PostgresServers
    object_storage: ObjectStorage
    dns: DnsServer
    edge: Edge
    platform: Platform
    zone_name: str
