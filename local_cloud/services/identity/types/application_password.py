"""Client secrets of Entra applications."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar, Final

from local_cloud.server.resource_types.generated_once import GeneratedOnce
from local_cloud.server.resource_types.recovery import MadeAnew
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.rules import Pattern, Valid
from local_cloud.server.values.moments import is_moment
from local_cloud.services.identity.rules.entra_in_plan import PASSWORDS_IN_PLAN

_SOURCE: Final = "https://www.pulumi.com/registry/packages/azuread/api-docs/applicationpassword/"
_APPLICATION: Final = "/applications/11111111-1111-1111-1111-111111111111"


class ApplicationPassword(GeneratedOnce):
    """A client secret; every change makes a new one, and the value comes back once."""

    token = "azuread:index/applicationPassword:ApplicationPassword"
    after_lost_state = MadeAnew(
        "its value comes back once, when it is made: the apps get a new one",
        left_behind=lambda inputs: (
            f"the secret {inputs.get('displayName')!r} made before works until it ends or is deleted: the older one of that name "
            "in `az ad app credential list --id CLIENT_ID`, deleted with `az ad app credential delete`"
        ),
    )
    module = "pulumi_azuread"
    create_only = ("applicationId", "displayName", "endDate", "endDateRelative", "rotateWhenChanged", "startDate")
    secret_outputs = ("value",)
    unseen: ClassVar = {
        "endDate": "a policy of the tenant limits the lifetime of passwords",
    }
    rules = (
        Pattern(
            path="applicationId",
            regex="/applications/[0-9a-fA-F-]{36}",
            says="an application's id is /applications/OBJECT-ID",
            source=_SOURCE,
            passes=_APPLICATION,
            fails="11111111-1111-1111-1111-111111111111",
        ),
        Valid(
            path="endDate",
            test=is_moment,
            says="the time is a full RFC 3339 one like 2027-01-31T00:00:00Z",
            source=_SOURCE,
            passes="2027-01-31T00:00:00Z",
            fails="2027-01-31",
        ),
    )
    plan_rules = PASSWORDS_IN_PLAN
    example: ClassVar = {"applicationId": _APPLICATION, "displayName": "a", "endDate": "2027-01-31T00:00:00Z"}

    def generate(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  made from chance
        """The secret's value, in the alphabet that Entra uses."""
        return {"keyId": str(uuid.uuid4()), "value": f"{secrets.token_urlsafe(3)[:4]}8Q~{secrets.token_urlsafe(24)}"}
