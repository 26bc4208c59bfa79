"""
What the edge shows the backend, so that the backend can tell its requests from those of others.

Cloudflare's addresses prove nothing: all of its customers send from them. Container Apps' ingress cannot compare a header, so the app
does. Two secrets stand side by side, the app takes both, and the edge sends the active one: a rotation has no gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi_random as random
from pulumi import ComponentResource, Output, ResourceOptions

from infra.config.sections.rotation import RotationSection, Slot

EDGE_SECRET_HEADER: Final = "X-Edge-Secret"
"""Names that begin with `cf-` or `x-cf-` are Cloudflare's (https://developers.cloudflare.com/rules/transform/request-header-modification/)."""
_LENGTH: Final = 64


@dataclass(frozen=True, kw_only=True)
class EdgeSecretArgs:
    """
    Which secrets there are.

    Attributes:
        rotation: The two secrets.
    """

    rotation: RotationSection


class EdgeSecret(ComponentResource):
    """The two secrets; `active` is the one that the edge sends. All three are secret."""

    secret_a: Output[str]
    secret_b: Output[str]
    active: Output[str]

    def __init__(self, name: str, args: EdgeSecretArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:EdgeSecret", name, None, opts)
        self.secret_a = self._secret(name, args, "a")
        self.secret_b = self._secret(name, args, "b")
        self.active = self.secret_a if args.rotation.active == "a" else self.secret_b
        self.register_outputs({"secret_a": self.secret_a, "secret_b": self.secret_b, "active": self.active})

    def _secret(self, name: str, args: EdgeSecretArgs, slot: Slot) -> Output[str]:
        made = random.RandomPassword(
            f"{name}-{slot}",
            length=_LENGTH,
            special=False,
            keepers={"generation": str(args.rotation.generation(slot))},
            opts=ResourceOptions(parent=self),
        )
        return made.result
