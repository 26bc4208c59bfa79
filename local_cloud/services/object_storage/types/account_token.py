"""API tokens that belong to the account, R2's S3 credentials among them."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from local_cloud.packages.cloudflare.base import ACCOUNT_ID, API, EXAMPLE_ACCOUNT, CloudflareType
from local_cloud.packages.cloudflare.lookups import cloudflare, quoted
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Length, Pattern, Valid
from local_cloud.server.values.moments import is_moment
from local_cloud.server.values.shapes import is_dict
from local_cloud.services.object_storage import declared as r2_parts
from local_cloud.services.object_storage.rules.buckets_in_plan import TOKENS_IN_PLAN

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_SOURCE = f"{API}/resources/accounts/subresources/tokens/methods/create/"
_BUCKET = f"com.cloudflare.edge.r2.bucket.{EXAMPLE_ACCOUNT}_eu_ignition-dev"
_BUCKET_RESOURCE = re.compile(
    r"com\.cloudflare\.edge\.r2\.bucket\.[0-9a-f]{32}_(default|eu|fedramp|us)_[a-z0-9][a-z0-9-]+"
)
_POLICY: dict[str, Any] = {
    "effect": "allow",
    "permissionGroups": [{"id": "2efd5506f9c8494dacb1fa10a3e7d5b6"}],
    "resources": json.dumps({_BUCKET: "*"}, separators=(",", ":")),
}


def names_resources(text: str) -> bool:
    """Whether the text is a JSON object of resource names; an R2 bucket's is account, jurisdiction and bucket."""
    try:
        resources = json.loads(text)
    except ValueError:
        return False
    if not is_dict(resources) or not resources:
        return False
    return all(
        name.startswith("com.cloudflare.") and (".r2.bucket." not in name or _BUCKET_RESOURCE.fullmatch(name))
        for name in resources
    )


def _is_compact(text: str) -> bool:
    """Whether the text is what the API gives back: no spaces between keys and values."""
    try:
        return text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except ValueError:
        return True  # another rule refuses it


def _ends_after_it_begins(inputs: Inputs) -> bool:
    begins, ends = inputs.get("notBefore"), inputs.get("expiresOn")
    if begins is None or ends is None or not is_moment(begins) or not is_moment(ends):
        return True
    return dt.datetime.fromisoformat(begins) < dt.datetime.fromisoformat(ends)


class AccountToken(CloudflareType):
    """A token; its value comes back once, from the create."""

    token = "cloudflare:index/accountToken:AccountToken"
    after_lost_state = MadeAnew(
        "its value comes back once, when it is made: the apps get a new one",
        left_behind=lambda inputs: (
            "the token made before works until it is deleted: of those that `"
            + cloudflare(
                f"accounts/{inputs.get('accountId')}/tokens?per_page=50",
                f".name == {quoted(inputs.get('name'))}",
                field='issued_on + " " + .id',
            )
            + "` prints, delete all but the newest"
        ),
    )
    create_only = ("accountId",)
    secret_outputs = ("value",)
    unseen: ClassVar = {
        "policies[].permissionGroups[].id": (
            "the account does not have the permission group, or the token that makes this one does not have it"
        ),
    }
    rules = (
        ACCOUNT_ID,
        Length(
            path="name",
            least=1,
            most=120,
            says="a token's name has 1 to 120 characters",
            source=_SOURCE,
            passes="ignition-dev-r2-a",
            fails="",
        ),
        Length(
            path="policies",
            least=1,
            most=64,
            says="a token has at least one policy",
            source=_SOURCE,
            passes=[_POLICY],
            fails=[],
        ),
        Length(
            path="policies[].permissionGroups",
            least=1,
            most=300,
            says="a policy has at least one permission group",
            source=_SOURCE,
            passes=[{"id": "2efd5506f9c8494dacb1fa10a3e7d5b6"}],
            fails=[],
        ),
        Pattern(
            path="policies[].permissionGroups[].id",
            regex="[0-9a-f]{32}",
            says="a permission group's id is 32 hex digits, as the list of permission groups gives it",
            source=_SOURCE,
            passes="2efd5506f9c8494dacb1fa10a3e7d5b6",
            fails="Workers R2 Storage Bucket Item Write",
        ),
        Valid(
            path="policies[].resources",
            test=names_resources,
            says="resources are a JSON object; a bucket is named com.cloudflare.edge.r2.bucket.ACCOUNT_JURISDICTION_BUCKET",
            source="https://developers.cloudflare.com/r2/api/tokens/",
            passes=_POLICY["resources"],
            fails='{"com.cloudflare.edge.r2.bucket.ignition-dev":"*"}',
        ),
        Valid(
            path="policies[].resources",
            test=_is_compact,
            says="the API gives resources back as JSON without spaces, so any other text is an update on every deployment; "
            "write json.dumps(..., separators=(',', ':'))",
            source="https://github.com/cloudflare/terraform-provider-cloudflare/blob/main/internal/services/account_token/resource_test.go",
            passes=_POLICY["resources"],
            fails=json.dumps({_BUCKET: "*"}),
        ),
        Valid(
            path="expiresOn",
            test=is_moment,
            says="the time is a full RFC 3339 one like 2027-01-31T00:00:00Z",
            source=_SOURCE,
            passes="2027-01-31T00:00:00Z",
            fails="2027-01-31",
        ),
        Valid(
            path="notBefore",
            test=is_moment,
            says="the time is a full RFC 3339 one like 2027-01-31T00:00:00Z",
            source=_SOURCE,
            passes="2027-01-31T00:00:00Z",
            fails="soon",
        ),
        Combination(
            path="expiresOn",
            test=_ends_after_it_begins,
            says="a token expires after the moment from which it is valid",
            source=_SOURCE,
            passes={"notBefore": "2027-01-01T00:00:00Z", "expiresOn": "2027-02-01T00:00:00Z"},
            fails={"notBefore": "2027-02-01T00:00:00Z", "expiresOn": "2027-01-01T00:00:00Z"},
        ),
    )
    plan_rules = TOKENS_IN_PLAN
    example: ClassVar = {"accountId": EXAMPLE_ACCOUNT, "name": "ignition-dev-r2-a", "policies": [_POLICY]}

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  made from chance
        """The value, drawn when the token is made; it never comes back from the service again."""
        kept = call.cloud.records.get(resource_id)
        value = kept.outputs["value"] if kept is not None else secrets.token_urlsafe(30)
        return {"value": value, "status": "active"}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """The S3 credentials that the token's value gives, limited to its buckets."""
        inputs = resource.inputs
        parts.object_storage.put_token(
            resource.id,
            resource.outputs["value"],
            r2_parts.grants(inputs),
            expires=r2_parts.moment(inputs.get("expiresOn")),
        )
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when its credentials were taken away; one whose time is over is still there and says so."""
        if parts.object_storage.has_token(resource.id):
            return resource
        expires = r2_parts.moment(resource.inputs.get("expiresOn"))
        if expires is None or expires > dt.datetime.now(dt.UTC):
            return None
        return Resource(resource.id, resource.inputs, resource.outputs | {"status": "expired"})

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Its credentials end."""
        parts.object_storage.remove_token(resource.id)
