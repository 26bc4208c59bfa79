"""What the types of Terraform-bridged providers share (cloudflare, random, tls, azuread, time): made-up ids and tokens of one form."""

from __future__ import annotations

import hashlib
import json
from typing import ClassVar

from local_cloud.server.resource_types.recorded import RecordedType
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.resource_types.resource_type import Call


class BridgedType(RecordedType):
    """
    One resource type of a bridged provider.

    Attributes:
        module: the SDK's module.
        id_from: input properties whose values make the id, joined by `/`; where there are none the service makes one up.
        singleton: exists once for what those properties name (a zone's DNSSEC, a bucket's locks); its kind is added to the
            id, which other singletons of the same zone or bucket would share.
    """

    module: ClassVar[str]
    id_from: ClassVar[tuple[str, ...]] = ()
    singleton: ClassVar[bool] = False

    @property
    def sdk(self) -> tuple[str, str]:
        """`cloudflare:index/r2Bucket:R2Bucket` is the class R2Bucket."""
        return self.module, self.token.rsplit(":", 1)[-1]

    @property
    def replacing(self) -> frozenset[str]:
        """What makes the id, and what the type declares."""
        return frozenset({*self.id_from, *self.create_only})

    def identify(self, call: Call, inputs: Inputs) -> str:
        """The id: given by inputs, or made up so that the same URN and replacing inputs always get the same one."""
        if self.id_from:
            kind = [self.token.rsplit(":", 1)[-1]] if self.singleton else []
            return "/".join([*(str(inputs[name]) for name in self.id_from), *kind])
        return made_up_id(call.urn, {name: inputs.get(name) for name in sorted(self.replacing)})


def made_up_id(urn: str, inputs: Inputs) -> str:
    """32 hex digits, as Cloudflare's ids are."""
    return hashlib.sha256(json.dumps([urn, inputs], sort_keys=True, default=str).encode()).hexdigest()[:32]
