"""What all cloudflare types share: ids of 32 hex digits, and the rules on account and zone ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from local_cloud.packages.cloudflare.lookups import owner_of
from local_cloud.server.resource_types.bridged import BridgedType
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Pattern
from local_cloud.services.edge import declared as edge_parts

if TYPE_CHECKING:
    from local_cloud.parts import Parts

API: Final = "https://developers.cloudflare.com/api"
EXAMPLE_ACCOUNT: Final = "0123456789abcdef0123456789abcdef"
EXAMPLE_ZONE: Final = "fedcba9876543210fedcba9876543210"


SET_AGAIN: Final = MadeAnew("the provider cannot import it: making it sets the same values once more")


class CloudflareType(BridgedType):
    """One cloudflare resource type."""

    module = "pulumi_cloudflare"

    def id_parts(self, inputs: Inputs, config: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG002  as declared above
        """The inputs, and who owns it: `zones/ID` or `accounts/ID`."""
        known = any(isinstance(inputs.get(name), str) for name in ("zoneId", "accountId"))
        return {**inputs, "owner": owner_of(inputs)} if known else inputs


class EdgeType(CloudflareType):
    """What the local edge and its name server are made of, the records alone: it cannot drift, so none of these types has a `read_part`."""

    def after_change(self, parts: Parts) -> None:
        """The edge follows."""
        edge_parts.apply(parts)


class BucketPart(CloudflareType):
    """Settings of one bucket; the jurisdiction must be the bucket's, and `default` stands where none is given."""

    id_from = ("accountId", "bucketName", "jurisdiction")
    singleton = True

    def defaults(self, inputs: Inputs) -> Inputs:  # noqa: ARG002  the same for all
        """What the provider fills in."""
        return {"jurisdiction": "default"}


def _id_rule(path: str, noun: str) -> Pattern:
    return Pattern(
        path=path,
        unseen=f"no {noun} has the id, or the token may not change it",
        regex="[0-9a-f]{32}",
        says=f"a {noun} id is 32 lower-case hex digits, as the dashboard's overview page shows it",
        source="https://developers.cloudflare.com/fundamentals/account/find-account-and-zone-ids/",
        passes=EXAMPLE_ACCOUNT,
        fails="ecent.online",
    )


ACCOUNT_ID: Final = _id_rule("accountId", "account")
ZONE_ID: Final = _id_rule("zoneId", "zone")


def belongs_to_one(noun: str, source: str, *, path: str = "accountId", other: str = "zoneId") -> Combination:
    """The rule that something belongs to an account or to a zone; `path` is the one that the type's example has."""
    return Combination(
        path=path,
        test=lambda inputs: (inputs.get(path) is None) != (inputs.get(other) is None),
        says=f"{noun} belongs to {_OWNERS[path]} or to {_OWNERS[other]}, to exactly one of them",
        source=source,
        passes={path: EXAMPLE_ACCOUNT},
        fails={other: EXAMPLE_ACCOUNT},
    )


_OWNERS: Final = {"accountId": "an account", "zoneId": "a zone"}

BUCKET_NAME: Final = Pattern(
    path="bucketName",
    regex="[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    says="a bucket's name has 3 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit",
    source="https://developers.cloudflare.com/r2/buckets/create-buckets/",
    passes="ignition-dev",
    fails="Ignition_Dev",
)

HOST: Final = re.compile(r"(?=.{1,253}$)(\*\.)?(_?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


def is_host(name: str) -> bool:
    """Whether the name is a fully qualified host name, a wildcard included."""
    return HOST.fullmatch(name) is not None
