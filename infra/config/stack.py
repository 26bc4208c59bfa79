"""The configuration of a stack, whole: what `Pulumi.<stack>.yaml` may say under `ignition:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from infra.config.sections.apps import ContainerPlatformSection, ServicesSection
from infra.config.sections.azure import (
    AzureSection,
    DatabaseSection,
    KeyVaultSection,
    MonitoringSection,
    NetworkSection,
)
from infra.config.sections.cloudflare import (
    CloudflareSection,
    EdgeSection,
    HostsSection,
    ObjectStorageSection,
    ZoneSection,
)
from infra.config.sections.keys import GUID, NAMES, Key, matching
from infra.config.sections.oauth import OAuthSection
from infra.config.sections.section import Section
from infra.names import DEFAULT_LOCATION

NAMESPACE = "ignition"


class TagsSection(Section):
    """What every resource that takes tags is marked with, beside project, environment and managed-by."""

    owner: Annotated[
        str,
        Key(
            "The team or person that owns the stack.",
            matching(r"\S.{0,255}", "1 to 256 characters", passes="platform", fails=""),
        ),
    ]
    repository: Annotated[
        str,
        Key(
            "The repository of this program.",
            matching(r"[\w.-]+(/[\w.-]+)+", "HOST/OWNER/NAME", passes="github.com/ecent/ignition", fails="ignition"),
        ),
    ]


class ProtectionSection(Section):
    """Protection of data against accidental deletion."""

    locks: Annotated[bool, Key("Whether Azure refuses to delete resources that hold data.")] = True
    protect: Annotated[bool, Key("Whether Pulumi refuses to delete or replace resources that hold data.")] = True


class DatabaseAccessSection(Section):
    """A psql job in the network, for as long as this section is set. Its output goes to the logs."""

    statement: Annotated[
        str, Key("The statement that psql runs as the server's administrator. It must not contain a secret.")
    ] = "SELECT version()"


class OperatorsSection(Section):
    """Access for people; nobody has any by default."""

    group_id: Annotated[
        str | None,
        Key(
            "The Entra group, by object id, whose members read and write secrets, read logs, and start the job of `database`.",
            GUID,
        ),
    ] = None
    secret_writer_role: Annotated[
        str | None,
        Key(
            "A role of your own, by GUID, with `Microsoft.KeyVault/vaults/secrets/read` and `/write`: with it the group may use "
            "`app-config put` while the vault is closed. Left out, only deployers may.",
            GUID,
        ),
    ] = None
    database: Annotated[DatabaseAccessSection | None, Key("A psql job, for as long as this key is set.")] = None


class StackConfig(Section):
    """A stack's configuration, parsed and checked."""

    environment: Annotated[
        str,
        Key(
            "The environment's short name. It is part of every resource name and cannot change later.",
            matching("[a-z][a-z0-9]{1,7}", "2 to 8 lower-case letters and digits", passes="dev", fails="Development"),
        ),
    ]
    stage: Annotated[Literal["production", "development"], Key("Which rules apply; `production` is strict.")] = (
        "production"
    )
    location: Annotated[
        str,
        Key(
            "The Azure region; it cannot change later. The default has zone-redundant servers and backups in a second region.",
            matching(
                "[a-z]+[a-z0-9]*", "a region such as swedencentral", passes="swedencentral", fails="Sweden Central"
            ),
        ),
    ] = DEFAULT_LOCATION
    attached_providers_only: Annotated[
        bool,
        Key(
            "Whether the program refuses to run unless its providers are attached, so that it cannot reach a real cloud."
        ),
    ] = False
    azure: Annotated[AzureSection, Key("Subscription and tenant.")]
    cloudflare: Annotated[CloudflareSection, Key("Account and zone.")]
    zone: Annotated[ZoneSection, Key("The DNS zone.")]
    hosts: Annotated[HostsSection, Key("Host names.")]
    tags: Annotated[TagsSection, Key("Tags.")]
    network: Annotated[NetworkSection, Key("Address plan.")] = Field(default_factory=NetworkSection)
    monitoring: Annotated[MonitoringSection, Key("Logs, alerts, budget.")]
    key_vault: Annotated[KeyVaultSection, Key("The vault.")] = Field(default_factory=KeyVaultSection)
    database: Annotated[DatabaseSection, Key("PostgreSQL.")] = Field(default_factory=DatabaseSection)
    object_storage: Annotated[ObjectStorageSection, Key("The bucket.")] = Field(default_factory=ObjectStorageSection)
    buckets: Annotated[
        Mapping[str, ObjectStorageSection],
        Key(
            "Further buckets, by the name of their group in the backend's settings: `exports` is read from `EXPORTS_*`.",
            NAMES,
        ),
    ] = Field(default_factory=dict[str, ObjectStorageSection])
    container_platform: Annotated[ContainerPlatformSection, Key("Registry and environment of the apps.")] = Field(
        default_factory=ContainerPlatformSection
    )
    services: Annotated[ServicesSection, Key("The apps.")]
    edge: Annotated[EdgeSection, Key("How the edge handles requests.")] = Field(default_factory=EdgeSection)
    oauth: Annotated[OAuthSection, Key("Sign-in.")]
    operators: Annotated[OperatorsSection, Key("Access for people.")] = Field(default_factory=OperatorsSection)
    protection: Annotated[ProtectionSection, Key("Protection against accidental deletion.")] = Field(
        default_factory=ProtectionSection
    )
