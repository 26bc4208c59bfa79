"""
Every physical name, made from project, environment, region and subscription: stable, and known before anything exists.

Pure functions that know the rule of each name and refuse to make one that Azure or Cloudflare would refuse. Names that must be unique
in all of Azure end with a digest of subscription and region: neither another subscription nor a second try in another
region asks for a name that is taken, or that a deleted vault still holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_AZURE: Final = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"
_DIGITS_OF_DIGEST: Final = 6

DEFAULT_LOCATION: Final = "swedencentral"
"""The Azure region of a stack that names none."""


@dataclass(frozen=True)
class NameRule:
    """
    What one kind of name must look like.

    Attributes:
        pattern: A regular expression for the whole name.
        source: Where it is written.
    """

    pattern: str
    source: str

    def holds(self, name: str) -> bool:
        """Whether a name keeps the rule."""
        return re.fullmatch(self.pattern, name) is not None


RULES: Final[Mapping[str, NameRule]] = {
    "action group": NameRule(r"[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?|. ]", f"{_AZURE}#microsoftinsights"),
    "action group short name": NameRule(
        r".{1,12}", "https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups"
    ),
    "alert": NameRule(r"[^*#&+:<>?@%{}\\/]{0,259}[^*#&+:<>?@%{}\\/. ]", f"{_AZURE}#microsoftinsights"),
    "bucket": NameRule(
        r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "https://developers.cloudflare.com/r2/buckets/create-buckets/"
    ),
    "budget": NameRule(
        r"[a-zA-Z0-9_-]{1,63}",
        "https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets",
    ),
    "container app": NameRule(r"[a-z](?!.*--)[a-z0-9-]{0,30}[a-z0-9]", f"{_AZURE}#microsoftapp"),
    "container environment": NameRule(r"[a-z](?!.*--)[a-z0-9-]{0,58}[a-z0-9]", f"{_AZURE}#microsoftapp"),
    "database server": NameRule(r"[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]", f"{_AZURE}#microsoftdbforpostgresql"),
    "identity": NameRule(r"[a-zA-Z0-9][\w-]{2,127}", f"{_AZURE}#microsoftmanagedidentity"),
    "key vault": NameRule(r"(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]", f"{_AZURE}#microsoftkeyvault"),
    "lock": NameRule(r"[^<>%&\\?/]{1,90}", f"{_AZURE}#microsoftauthorization"),
    "network": NameRule(r"[a-zA-Z0-9][\w.-]{0,62}\w", f"{_AZURE}#microsoftnetwork"),
    "network security group": NameRule(r"[a-zA-Z0-9]([\w.-]{0,78}\w)?", f"{_AZURE}#microsoftnetwork"),
    "private DNS zone": NameRule(r"([a-z0-9_-]{1,63}\.){1,33}[a-z0-9_-]{1,63}", f"{_AZURE}#microsoftnetwork"),
    "private endpoint": NameRule(r"[a-zA-Z0-9][\w.-]{0,62}\w", f"{_AZURE}#microsoftnetwork"),
    "registry": NameRule(r"[a-zA-Z0-9]{5,50}", f"{_AZURE}#microsoftcontainerregistry"),
    "resource group": NameRule(r"[-\w._()]{0,89}[-\w_()]", f"{_AZURE}#microsoftresources"),
    "revision": NameRule(
        r"(?=.{1,54}$)[a-z](-?[a-z0-9])*--r[0-9a-f]{10}",
        "https://github.com/microsoft/azure-container-apps/issues/1443",
    ),
    "revision suffix": NameRule(r"r[0-9a-f]{10}", "https://learn.microsoft.com/azure/container-apps/revisions"),
    "secret": NameRule(r"[0-9a-zA-Z-]{1,127}", f"{_AZURE}#microsoftkeyvault"),
    "subnet": NameRule(r"[a-zA-Z0-9]([\w.-]{0,78}\w)?", f"{_AZURE}#microsoftnetwork"),
    "workspace": NameRule(r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]", f"{_AZURE}#microsoftoperationalinsights"),
}


def checked(kind: str, name: str) -> str:
    """
    A name that is known to keep its rule.

    Raises:
        ValueError: Azure or Cloudflare would refuse the name.
    """
    rule = RULES[kind]
    if not rule.holds(name):
        raise ValueError(f"{name!r} is not a valid name for a {kind}: it must match {rule.pattern} ({rule.source})")
    return name


def secret_name(variable: str) -> str:
    """What the vault calls a variable: it takes no underscore, so DATABASE_URL is DATABASE-URL."""
    return checked("secret", variable.replace("_", "-"))


def revision_name(app: str, suffix: str) -> str:
    """What Azure calls a revision of an app; its suffix is made from what runs in it."""
    return checked("revision", f"{app}--{checked('revision suffix', suffix)}")


@dataclass(frozen=True, kw_only=True)
class Names:
    """
    The names of one stack.

    Attributes:
        project: The project's name, lower-case letters and digits.
        environment: The environment's short name, 2 to 8 lower-case letters and digits.
        subscription_id: The subscription of all resources.
        location: The Azure region.
    """

    project: str
    environment: str
    subscription_id: str
    location: str

    @property
    def suffix(self) -> str:
        """What keeps names apart that are unique in Azure."""
        text = f"{self.project}|{self.environment}|{self.location}|{self.subscription_id.lower()}"
        return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS_OF_DIGEST]

    @property
    def stem(self) -> str:
        """`ignition-dev`."""
        return f"{self.project}-{self.environment}"

    @property
    def resource_group(self) -> str:
        """The resource group of everything."""
        return checked("resource group", f"rg-{self.stem}")

    @property
    def platform_resource_group(self) -> str:
        """The resource group that Azure makes for the load balancer of the container apps."""
        return checked("resource group", f"rg-{self.stem}-platform")

    @property
    def network(self) -> str:
        """The virtual network."""
        return checked("network", f"vnet-{self.stem}")

    @property
    def database_zone(self) -> str:
        """The private DNS zone of the database. The part in the middle keeps it from being any server's own name."""
        return checked("private DNS zone", f"{self.stem}.private.postgres.database.azure.com")

    @property
    def workspace(self) -> str:
        """The workspace that logs go to."""
        return checked("workspace", f"log-{self.stem}")

    @property
    def action_group(self) -> str:
        """The recipients of alerts."""
        return checked("action group", f"ag-{self.stem}")

    @property
    def action_group_short(self) -> str:
        """What text messages begin with."""
        return checked("action group short name", self.stem[:12].rstrip("-"))

    @property
    def budget(self) -> str:
        """The monthly budget."""
        return checked("budget", f"budget-{self.stem}")

    @property
    def key_vault(self) -> str:
        """The vault; the project's name gives way, for there are 24 characters."""
        return checked("key vault", self._global("kv", 24))

    @property
    def database_server(self) -> str:
        """The PostgreSQL server."""
        return checked("database server", self._global("psql", 63))

    @property
    def registry(self) -> str:
        """The container registry, whose name has no hyphens."""
        return checked("registry", self._global("cr", 50).replace("-", ""))

    @property
    def bucket(self) -> str:
        """The bucket; unique in the account only."""
        return checked("bucket", self.stem)

    def further_bucket(self, name: str) -> str:
        """A bucket beside the first one; unique in the account only."""
        return checked("bucket", f"{self.stem}-{name}")

    @property
    def container_environment(self) -> str:
        """The environment that the apps run in."""
        return checked("container environment", f"cae-{self.stem}")

    def app(self, app: str) -> str:
        """A container app."""
        return checked("container app", f"{self.stem}-{app}")

    def identity(self, app: str) -> str:
        """The identity of an app."""
        return checked("identity", f"id-{self.stem}-{app}")

    def security_group(self, subnet: str) -> str:
        """The security group of a subnet."""
        return checked("network security group", f"nsg-{self.stem}-{subnet}")

    def private_endpoint(self, service: str) -> str:
        """The private endpoint of a service."""
        return checked("private endpoint", f"pe-{self.stem}-{service}")

    def alert(self, alert: str) -> str:
        """An alert."""
        return checked("alert", f"{self.stem}-{alert}")

    def _global(self, prefix: str, limit: int) -> str:
        room = limit - len(f"{prefix}--{self.environment}-{self.suffix}")
        return f"{prefix}-{self.project[:room].rstrip('-')}-{self.environment}-{self.suffix}"
