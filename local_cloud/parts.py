"""The real parts of a local cloud, by name: what the resource types reach for."""

from __future__ import annotations

from dataclasses import dataclass

from local_cloud.records import SealedRecords
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend import Platform
from local_cloud.services.dns.backend import DnsServer
from local_cloud.services.edge.backend import Edge
from local_cloud.services.identity.backend import Identity
from local_cloud.services.identity.backend.role_assignments import RoleAssignments
from local_cloud.services.key_vault.backend.server import KeyVault
from local_cloud.services.object_storage.backend.storage import ObjectStorage
from local_cloud.services.postgres.backend.servers import PostgresServers


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
