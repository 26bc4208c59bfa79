"""What the types of Terraform-bridged providers share (cloudflare, random, tls, azuread, time): made-up ids and tokens of one form."""

from __future__ import annotations

import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any, ClassVar

from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import OneOfAKind, PlanRule
from local_cloud.server.resource_types.recorded import RecordedType
from local_cloud.server.resource_types.recovery import FOUND, Import
from local_cloud.server.resource_types.resource import Inputs, Resource
from local_cloud.server.resource_types.resource_type import Call

if TYPE_CHECKING:
    from local_cloud.server.plan.plan import Plan


class BridgedType(RecordedType):
    """
    One resource type of a bridged provider.

    Attributes:
        module: the SDK's module.
        id_from: input properties whose values make the id, joined by `/`; where there are none the service makes one up.
        singleton: exists once for what those properties name (a zone's DNSSEC, a bucket's locks); its kind is added to the
            id, which other singletons of the same zone or bucket would share.
        made_once_source: the page that says so, for types of which a plan must not hold two with the same id.
    """

    module: ClassVar[str]
    id_from: ClassVar[tuple[str, ...]] = ()
    singleton: ClassVar[bool] = False
    made_once_source: ClassVar[str] = ""

    @property
    def sdk(self) -> tuple[str, str]:
        """`cloudflare:index/r2Bucket:R2Bucket` is the class R2Bucket."""
        return self.module, self.token.rsplit(":", 1)[-1]

    @property
    def replacing(self) -> frozenset[str]:
        """What makes the id, and what the type declares."""
        return frozenset({*self.id_from, *self.create_only})

    @functools.cached_property
    def all_plan_rules(self) -> tuple[PlanRule, ...]:
        """The type's own, and that what exists once is made once."""
        return (*self.plan_rules, *([self._made_once()] if self.made_once_source else []))

    def _made_once(self) -> OneOfAKind:
        names = self.id_from
        kind = self.token.rsplit(":", 1)[-1]

        def key(plan: Plan, resource: Planned) -> Any:
            defaults = self.defaults(dict(resource.inputs))
            values = [plan.key(resource, name) for name in names]
            return tuple(
                defaults.get(name) if value is None else value for name, value in zip(names, values, strict=True)
            )

        first, other = dict(self.example), {**self.example, names[-1]: f"{self.example[names[-1]]}-other"}
        return OneOfAKind(
            id=f"cloudflare.{kind}-twice",
            of=self.token,
            path=names[-1],
            key=key,
            says=f"there is one {kind} for each {', '.join(names)}; two overwrite each other",
            remedy="Put what '{this}' says into '{other}'",
            source=self.made_once_source,
            passes=Sketch(one=(self.token, first), two=(self.token, other)),
            fails=Sketch(one=(self.token, first), two=(self.token, first)),
        )

    def identify(self, call: Call, inputs: Inputs) -> str:
        """The id: given by inputs, or made up so that the same URN and replacing inputs always get the same one."""
        if self.id_from:
            kind = [self.token.rsplit(":", 1)[-1]] if self.singleton else []
            return "/".join([*(str(inputs[name]) for name in self.id_from), *kind])
        return made_up_id(call.urn, {name: inputs.get(name) for name in sorted(self.replacing)})

    def read(self, call: Call, resource_id: str) -> Resource | None:
        """As every type; an id to import by may be longer than the resource's own, `ZONE/RECORD` for a record."""
        return super().read(call, self._own_id(call, resource_id))

    def _own_id(self, call: Call, resource_id: str) -> str:
        if call.cloud.records.get(resource_id) is not None or not isinstance(self.recovery, Import):
            return resource_id
        parsed = self.recovery.parsed(resource_id) or {}
        own = parsed.pop(FOUND, None) or (self.identify(call, parsed) if set(self.id_from) <= set(parsed) else "")
        kept = call.cloud.records.get(own) if own else None
        if kept is None or any(value != self.id_parts(kept.inputs, {}).get(name) for name, value in parsed.items()):
            return resource_id
        return own


def made_up_id(urn: str, inputs: Inputs) -> str:
    """32 hex digits, as Cloudflare's ids are."""
    return hashlib.sha256(json.dumps([urn, inputs], sort_keys=True, default=str).encode()).hexdigest()[:32]
