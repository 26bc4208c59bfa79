"""Log categories and metrics of the services that the local cloud knows, by resource type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from local_cloud.packages.azure_native import tokens

LOGS: Final[Mapping[str, frozenset[str]]] = {
    tokens.APP: frozenset(),
    tokens.ENVIRONMENT: frozenset(
        {
            "appenvsessionconsolelogs",
            "appenvsessionlifecyclelogs",
            "appenvsessionpooleventlogs",
            "appenvspringappconsolelogs",
            "containerappconsolelogs",
            "containerapphttplogs",
            "containerappsystemlogs",
        }
    ),
    tokens.NETWORK: frozenset({"vmprotectionalerts"}),
    tokens.REGISTRY: frozenset({"containerregistryloginevents", "containerregistryrepositoryevents"}),
    tokens.SECURITY_GROUP: frozenset({"networksecuritygroupevent", "networksecuritygrouprulecounter"}),
    tokens.SERVER: frozenset(
        {
            "postgresqlflexdatabasexacts",
            "postgresqlflexpgbouncer",
            "postgresqlflexquerystoreruntime",
            "postgresqlflexquerystorewaitstats",
            "postgresqlflexsessions",
            "postgresqlflextablestats",
            "postgresqllogs",
        }
    ),
    tokens.VAULT: frozenset({"auditevent", "azurepolicyevaluationdetails"}),
    tokens.WORKSPACE: frozenset({"audit", "jobs", "summarylogs"}),
}
"""https://learn.microsoft.com/azure/azure-monitor/reference/logs-index, in lower case; a type that is not here is not judged."""

WITHOUT_SETTINGS: Final = frozenset(
    {
        tokens.ACTION_GROUP,
        tokens.APP_CERTIFICATE,
        tokens.IDENTITY,
        tokens.MANAGED_CERTIFICATE,
        tokens.METRIC_ALERT,
        tokens.PRIVATE_ZONE,
        tokens.RESOURCE_GROUP,
        tokens.SECRET,
        tokens.SUBNET,
        tokens.DATABASE,
    }
)
"""Types of which there are no diagnostic settings."""

WITHOUT_METRICS: Final = frozenset({tokens.SECURITY_GROUP})
"""Types that have logs, and no metrics to send along."""

METRICS: Final[Mapping[str, frozenset[str]]] = {
    tokens.APP: frozenset(
        {
            "corequotalimit",
            "corequotautilization",
            "cpupercentage",
            "gpuutilizationpercentage",
            "jvmbufferbyteslimit",
            "jvmbufferbytesused",
            "jvmbuffercount",
            "jvmgccount",
            "jvmgcduration",
            "jvmmemorycommitted",
            "jvmmemorylimit",
            "jvmmemoryused",
            "jvmmemoryusedafterlastgc",
            "jvmthreadcount",
            "memorypercentage",
            "replicas",
            "requests",
            "resiliencyconnecttimeouts",
            "resiliencyejectedhosts",
            "resiliencyejectionsaborted",
            "resiliencyrequestretries",
            "resiliencyrequestspendingconnectionpool",
            "resiliencyrequesttimeouts",
            "responsetime",
            "restartcount",
            "rxbytes",
            "totalcorequotalimit",
            "totalcoresquotaused",
            "txbytes",
            "usagenanocores",
            "workingsetbytes",
        }
    ),
    tokens.ENVIRONMENT: frozenset(
        {
            "environmentcoresquotalimit",
            "environmentcoresquotautilization",
            "ingressusagebytes",
            "ingressusagenanocores",
            "nodecount",
        }
    ),
    tokens.REGISTRY: frozenset(
        {
            "agentpoolcputime",
            "runduration",
            "storageused",
            "successfulpullcount",
            "successfulpushcount",
            "totalpullcount",
            "totalpushcount",
        }
    ),
    tokens.SERVER: frozenset(
        {
            "active_connections",
            "backup_storage_used",
            "connections_failed",
            "connections_succeeded",
            "cpu_credits_consumed",
            "cpu_credits_remaining",
            "cpu_percent",
            "disk_bandwidth_consumed_percentage",
            "disk_iops_consumed_percentage",
            "disk_queue_depth",
            "iops",
            "is_db_alive",
            "logical_replication_delay_in_bytes",
            "max_connections",
            "maximum_used_transactionids",
            "memory_percent",
            "network_bytes_egress",
            "network_bytes_ingress",
            "physical_replication_delay_in_bytes",
            "physical_replication_delay_in_seconds",
            "read_iops",
            "read_throughput",
            "storage_free",
            "storage_percent",
            "storage_used",
            "txlogs_storage_used",
            "write_iops",
            "write_throughput",
        }
    ),
    tokens.VAULT: frozenset(
        {"availability", "saturationshoebox", "serviceapihit", "serviceapilatency", "serviceapiresult"}
    ),
}
"""https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index, in lower case; what is new there is not refused."""

WITHOUT_ALERTS: Final = frozenset(
    {
        tokens.ACTION_GROUP,
        tokens.IDENTITY,
        tokens.RESOURCE_GROUP,
        tokens.SECRET,
        tokens.SECURITY_GROUP,
        tokens.SUBNET,
        tokens.DATABASE,
    }
)
"""Types that emit no metrics of their own; an alert watches none of them."""

ARM_TYPES: Final[Mapping[str, str]] = {
    tokens.APP: "microsoft.app/containerapps",
    tokens.ENVIRONMENT: "microsoft.app/managedenvironments",
    tokens.REGISTRY: "microsoft.containerregistry/registries",
    tokens.SERVER: "microsoft.dbforpostgresql/flexibleservers",
    tokens.VAULT: "microsoft.keyvault/vaults",
}
"""The namespace of a type's metrics."""
