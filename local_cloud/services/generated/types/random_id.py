"""Random identifiers."""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import ClassVar

from local_cloud.server.resource_types.generated_once import GENERATED_AGAIN, GeneratedOnce
from local_cloud.server.resource_types.resource import Inputs, Outputs
from local_cloud.server.rules import Range


class RandomId(GeneratedOnce):
    """Random bytes in several spellings."""

    token = "random:index/randomId:RandomId"
    after_lost_state = GENERATED_AGAIN
    module = "pulumi_random"
    create_only = ("byteLength", "keepers", "prefix")
    rules = (
        Range(
            path="byteLength",
            least=1,
            most=1024,
            says="at least one byte is drawn",
            source="https://www.pulumi.com/registry/packages/random/api-docs/randomid/",
            passes=8,
            fails=0,
        ),
    )
    example: ClassVar = {"byteLength": 8}

    def generate(self, inputs: Inputs) -> Outputs:
        """The same bytes in four spellings."""
        drawn, prefix = secrets.token_bytes(inputs["byteLength"]), inputs.get("prefix", "")
        url = base64.urlsafe_b64encode(drawn).decode().rstrip("=")
        return {
            "hex": prefix + drawn.hex(),
            "dec": f"{prefix}{int.from_bytes(drawn, 'big')}",
            "b64Std": prefix + base64.b64encode(drawn).decode(),
            "b64Url": prefix + url,
        }


class RandomUuid(GeneratedOnce):
    """A random UUID."""

    token = "random:index/randomUuid:RandomUuid"
    after_lost_state = GENERATED_AGAIN
    module = "pulumi_random"
    create_only = ("keepers",)
    example: ClassVar = {"keepers": {"rotation": "1"}}

    def generate(self, inputs: Inputs) -> Outputs:  # noqa: ARG002  nothing goes in
        """A UUID of version 4."""
        return {"result": str(uuid.uuid4())}
