"""What is at stake with a type of resource: its name for people, what goes with it, and what stands still meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Stake:
    """
    Attributes:
        noun: what people call it.
        lost: what is lost when it is deleted or replaced; a whole clause.
        interrupted: what does not work until a replacement is there; a whole clause.
        in_place: by path of a property, what its change in place interrupts.
    """  # noqa: D205  the class's name says it

    noun: str
    lost: str = ""
    interrupted: str = ""
    in_place: Mapping[str, str] = field(default_factory=dict[str, str])


_BACKUP: Final = "unless restored from a backup"

STAKES: Final[Mapping[str, Stake]] = {
    # https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-scaling-resources
    # https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-major-version-upgrade
    "azure-native:dbforpostgresql:Server": Stake(
        "database server",
        f"its data is lost {_BACKUP}; the server's automatic backups go with it five days after it is deleted",
        "every app that uses the database",
        {
            "sku": "the server restarts, so connections break off",
            "version": "the server is offline during the upgrade",
        },
    ),
    "azure-native:dbforpostgresql:Database": Stake("database", f"its data is lost {_BACKUP}", "apps that use it"),
    "azure-native:dbforpostgresql:Configuration": Stake(
        "server parameter", in_place={"value": "a static parameter takes effect only after the server restarts"}
    ),
    "azure-native:keyvault:Vault": Stake(
        "key vault",
        "its secrets, keys and certificates are lost unless recovered within the retention",
        "apps start without secrets",
    ),
    "azure-native:keyvault:Secret": Stake("secret", "its value and versions are lost unless recovered"),
    "azure-native:keyvault:Key": Stake("key", "what it encrypted cannot be read unless the key is recovered"),
    "azure-native:operationalinsights:Workspace": Stake(
        "log workspace", "its logs are lost unless it is recovered within 14 days"
    ),
    "azure-native:containerregistry:Registry": Stake(
        "container registry", "its images are lost", "replicas cannot pull their image"
    ),
    "azure-native:resources:ResourceGroup": Stake("resource group", "everything in it is deleted"),
    "azure-native:storage:StorageAccount": Stake("storage account", "its blobs, files, queues and tables are lost"),
    "azure-native:storage:BlobContainer": Stake("blob container", "its blobs are lost"),
    "azure-native:storage:FileShare": Stake("file share", "its files are lost"),
    "azure-native:sql:Server": Stake("SQL server", f"its databases are lost {_BACKUP}", "apps that use it"),
    "azure-native:sql:Database": Stake("SQL database", f"its data is lost {_BACKUP}", "apps that use it"),
    "azure-native:cosmosdb:DatabaseAccount": Stake(
        "Cosmos DB account", f"its data is lost {_BACKUP}", "apps that use it"
    ),
    "azure-native:redis:Redis": Stake("Redis cache", "what it holds is lost", "apps that use it"),
    "azure-native:compute:Disk": Stake("disk", f"its data is lost {_BACKUP}"),
    "azure-native:compute:VirtualMachine": Stake("virtual machine", interrupted="what runs on it"),
    "azure-native:app:ContainerApp": Stake("container app", interrupted="its requests fail until the new one serves"),
    "azure-native:app:Job": Stake("job", interrupted="its runs until the new one is there"),
    "azure-native:app:ManagedEnvironment": Stake(
        "container environment", interrupted="every app in it is replaced, and its address changes"
    ),
    "azure-native:network:VirtualNetwork": Stake("virtual network", interrupted="everything in it"),
    "azure-native:network:Subnet": Stake("subnet", interrupted="everything in it"),
    "azure-native:network:PrivateEndpoint": Stake("private endpoint", interrupted="access through it"),
    "azure-native:privatedns:PrivateZone": Stake("private DNS zone", interrupted="names in it do not resolve"),
    "azure-native:managedidentity:UserAssignedIdentity": Stake(
        "identity", interrupted="what runs as it has no rights until its roles are assigned again"
    ),
    "azure-native:authorization:RoleAssignment": Stake("role assignment", interrupted="the right that it gives"),
    "azure-native:authorization:ManagementLockByScope": Stake("lock"),
    "azuread:index/application:Application": Stake("app registration", interrupted="sign-in with Microsoft"),
    "azuread:index/applicationPassword:ApplicationPassword": Stake("client secret"),
    "cloudflare:index/r2Bucket:R2Bucket": Stake("bucket", "its objects are lost", "apps that use it"),
    "cloudflare:index/dnsRecord:DnsRecord": Stake("DNS record", interrupted="the name does not resolve"),
    "cloudflare:index/zone:Zone": Stake("zone", "every record and rule of it is lost", "every name in it"),
    "cloudflare:index/zoneDnssec:ZoneDnssec": Stake(
        "DNSSEC", interrupted="the zone does not resolve while the registrar has the old DS record"
    ),
    "cloudflare:index/workersKvNamespace:WorkersKvNamespace": Stake("KV namespace", "its entries are lost"),
    "cloudflare:index/d1Database:D1Database": Stake("D1 database", "its data is lost"),
    "random:index/randomPassword:RandomPassword": Stake(
        "generated password", "the old value is gone", "whoever has the old value until the new one is there"
    ),
    "random:index/randomId:RandomId": Stake("generated id", "the old value is gone"),
    "tls:index/privateKey:PrivateKey": Stake("private key", "the old key is gone"),
}


def stake_of(token: str) -> Stake:
    """What is at stake with a type; a type that is not listed has only its name."""
    return STAKES.get(token) or Stake(_words(token.rsplit(":", 1)[-1]))


def _words(kind: str) -> str:
    """`MetricAlert` is a metric alert, `DNSRecord` a DNS record."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", kind)
    return " ".join(word if word.isupper() else word.lower() for word in words) or kind
