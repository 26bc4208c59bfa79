"""Assembles the parts of a state directory; what each of them does is in its service's `backend`."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Generator
from pathlib import Path
from typing import Final

from local_cloud.daemon.state.moved_ports import note_moves
from local_cloud.daemon.state.settings import Settings
from local_cloud.daemon.upkeep.backup_keeper import BackupKeeper
from local_cloud.daemon.upkeep.secret_refresh import SecretRefresh
from local_cloud.engine.caddy import find_caddy
from local_cloud.engine.postgres_binaries import find_postgres
from local_cloud.engine.versitygw import find_versitygw
from local_cloud.packages.azure_native.base import PLACEHOLDER_SUBSCRIPTION, verification_id
from local_cloud.parts import Parts
from local_cloud.records import SealedRecords
from local_cloud.runtime.network.ports import Ports
from local_cloud.runtime.processes.process import end_orphans
from local_cloud.runtime.processes.supervisor import Supervisor
from local_cloud.runtime.tls.certificates import LocalCA
from local_cloud.services.container_apps.backend import Dependencies, Images, Platform
from local_cloud.services.dns.backend import DnsServer
from local_cloud.services.dns.types.dns_record import DnsRecord
from local_cloud.services.edge import declared as edge_parts
from local_cloud.services.edge.backend import Edge
from local_cloud.services.edge.types.origin_ca_certificate import LONGEST_VALIDITY_DAYS
from local_cloud.services.identity.backend import Identity
from local_cloud.services.identity.backend.role_assignments import KEY_VAULT_ADMINISTRATOR, RoleAssignments
from local_cloud.services.key_vault.backend.server import KeyVault
from local_cloud.services.object_storage.backend.storage import ObjectStorage
from local_cloud.services.postgres.backend.servers import PostgresServers

TENANT_ID: Final = "00000000-0000-0000-0000-000000000000"
_APPS_DOMAIN: Final = "azurecontainerapps.io"
ACCOUNT_ID: Final = "0" * 32
"""What the local stack's configuration names: placeholders, since nothing of the kind exists in the real clouds."""


@contextlib.contextmanager
def assembled(state: Path, settings: Settings) -> Generator[Parts]:
    """
    Starts everything that a state directory holds, and stops it again.

    Args:
        state: the state directory.
        settings: what it was set up for.

    Raises:
        BackendError: a part does not start; the message says why and what to do.
    """
    end_orphans(state)
    with contextlib.ExitStack() as ending:
        supervisor = Supervisor()
        ending.callback(supervisor.stop_all)
        ports = Ports(state / "ports.json", settings.ports)
        note_moves(state, ports.settle())
        # The first one is what `ignition trust` puts into the system's store; the others are known to parts and apps alone.
        ca = LocalCA(state / "ca", permitted=(settings.zone, "localhost"))
        clouds_ca = LocalCA(state / "clouds-ca", common_name="Ignition local clouds' CA", permitted=(_APPS_DOMAIN,))
        origin_ca = LocalCA(
            state / "origin-ca",
            common_name="Ignition local Origin CA",
            days=7300,
            longest_leaf_days=LONGEST_VALIDITY_DAYS,
        )
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
        roles.put(scope="/", principal_id=identity.developer.principal_id, role_definition_id=KEY_VAULT_ADMINISTRATOR)
        key_vault = KeyVault(
            state / "key-vault", ca=ca, port=ports.port("key vault"), tokens=identity.tokens, roles=roles
        )
        ending.callback(key_vault.close)
        key_vault.start()
        postgres = PostgresServers(
            state / "postgres",
            programs=find_postgres(),
            ca=ca,
            ports=ports,
            supervisor=supervisor,
            backups_mb=settings.backups_mb,
        )
        postgres.resume()
        if settings.backups_mb:
            keeper = BackupKeeper(postgres)
            ending.callback(keeper.stop)
            keeper.start()
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
        dns = _name_server(ports, records, settings.zone)
        ending.callback(dns.stop)
        platform = Platform(
            state / "container-apps",
            images=Images(
                Path(settings.project) / "local-images.yaml",
                search=os.environ.get("PATH"),
                programs={"postgres": find_postgres()},
            ),
            dependencies=Dependencies(
                resolve_secret=lambda owner, url: (
                    key_vault.get_as(identity.principals.get(owner).principal_id, url).value
                ),
                identity_env=identity.endpoint_for,
                lookup=dns.zones.lookup,
                verification_id=verification_id(PLACEHOLDER_SUBSCRIPTION),
                machine_env=_trust(state, ca, clouds_ca),
            ),
            caddy=find_caddy(),
            ca=ca,
            environment_ca=clouds_ca,
            ports=ports,
            supervisor=supervisor,
        )
        ending.callback(platform.stop)
        platform.start()
        refresh = SecretRefresh(platform)
        ending.callback(refresh.stop)
        refresh.start()
        edge = Edge(
            state / "edge",
            caddy=find_caddy(),
            ca=ca,
            trusted=[origin_ca.ca_file, ca.ca_file],
            ports=ports,
            supervisor=supervisor,
        )
        ending.callback(edge.stop)
        edge.start()
        parts = Parts(
            ca=ca,
            origin_ca=origin_ca,
            ports=ports,
            supervisor=supervisor,
            records=records,
            role_assignments=roles,
            identity=identity,
            key_vault=key_vault,
            postgres=postgres,
            object_storage=object_storage,
            dns=dns,
            edge=edge,
            platform=platform,
            zone_name=settings.zone,
        )
        edge_parts.apply(parts)
        yield parts


def _name_server(ports: Ports, records: SealedRecords, zone: str) -> DnsServer:
    """The name server, with the records that were declared before."""
    server = DnsServer(ports.port("dns"))
    server.zones.add_zone(zone)
    declared = DnsRecord()
    for kept in records.of_type(declared.token):
        declared.answer_for(server.zones, kept.resource)
    server.start()
    return server


def _trust(state: Path, *authorities: LocalCA) -> dict[str, str]:
    """Variables that make common clients trust this machine's authorities beside the public ones."""
    bundle = state / "ca" / "bundle.pem"
    public = ssl.get_default_verify_paths().cafile
    known = "".join(each.certificate_pem for each in authorities)
    bundle.write_text((Path(public).read_text() if public else "") + known)
    return {name: str(bundle) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")}
