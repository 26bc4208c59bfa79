"""What all azure-native types share: ARM ids, path parameters that make a new resource when they change, names, common outputs."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from local_cloud.packages.azure_native.names_in_plan import after_what_it_names, in_its_parent, made_once
from local_cloud.packages.azure_native.shared import SHARED
from local_cloud.server.generic import outputs
from local_cloud.server.generic.naming import MADE_UP
from local_cloud.server.plan.rules import PlanRule
from local_cloud.server.plan.subscriptions import PLACEHOLDER_SUBSCRIPTION
from local_cloud.server.resource_types.recorded import RecordedType
from local_cloud.server.resource_types.recovery import Import, Recovery
from local_cloud.server.resource_types.resource import Inputs, Outputs, Refusal, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Rule
from local_cloud.server.schemas.schema import Object
from local_cloud.server.values.guids import stable_guid

_LOCK: Final = "azure-native:authorization:ManagementLockByScope"


class AzureType(RecordedType):
    """
    One azure-native resource type.

    Attributes:
        path: the ARM path below the resource group, with the wire names of the path parameters:
            `Microsoft.KeyVault/vaults/{vaultName}`. One that begins with `/` stands for the whole id, `/{scope}/providers/...`.
    """

    path: ClassVar[str]

    @property
    def sdk(self) -> tuple[str, str]:
        """`azure-native:keyvault:Vault` is the class Vault of pulumi_azure_native.keyvault."""
        _, module, name = self.token.split(":")
        return f"pulumi_azure_native.{module}", name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The path's parameters in their order, the resource's own name last."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def recovery(self) -> Recovery:
        """Imported by its ARM id, unless the type says otherwise."""
        if self.after_lost_state is not None:
            return self.after_lost_state
        if self.path.startswith("/"):
            return Import(self.path.removeprefix("/") if self.path.startswith("/{") else self.path)
        return Import(f"/subscriptions/{{subscriptionId}}/resourceGroups/{{resourceGroupName}}/providers/{self.path}")

    def id_parts(self, inputs: Inputs, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """The inputs and the subscription."""
        return {"subscriptionId": config.get("subscriptionId"), **inputs}

    @property
    def name_property(self) -> str | None:
        """The last path parameter, where the SDK lets a program leave it out."""
        own = self.parameters[-1]
        prop = self.schema.inputs.get(own)
        return own if prop is not None and not prop.required else None

    @property
    def replacing(self) -> frozenset[str]:
        """Path parameters, the location unless it is declared immutable, and what the type declares."""
        declared = frozenset({"resourceGroupName", "location", *self.parameters, *self.create_only})
        return (declared & frozenset({*self.schema.inputs, *self.create_only})) - frozenset(self.immutable)

    @functools.cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The type's own rules, and those for the properties that most types have."""
        return (*self.rules, *(rule for rule in SHARED if self._has(rule.path)))

    @functools.cached_property
    def all_plan_rules(self) -> tuple[PlanRule, ...]:
        """The type's own, that a name is used once, that a child lies in its parent, and that what it names is there before."""
        *above, own = self.parameters
        rules: tuple[PlanRule, ...] = (*self.plan_rules, made_once(self.token, own, self.example))
        if "subscriptionId" not in above:
            rules += (after_what_it_names(self.token, self.parameters, self.example),)
        if above and not self.path.startswith("/"):
            rules += (in_its_parent(self.token, above[-1], self.example),)
        return rules

    def _has(self, path: str) -> bool:
        first, _, rest = path.partition(".")
        prop = self.schema.inputs.get(first)
        return prop is not None and (not rest or (isinstance(prop.type, Object) and rest in prop.type.properties))

    @property
    def arm_type(self) -> str:
        """`Microsoft.KeyVault/vaults`, from the path."""
        provider, *rest = self.path.rsplit("/providers/", 1)[-1].split("/")
        return "/".join([provider, *rest[::2]])

    def ends_before_replaced(self, old: Inputs) -> bool:
        """As the real provider has it: two cannot have one name, unless it makes the names up."""
        return not old.get(MADE_UP)

    def same(self, path: str, old: Any, new: Any) -> bool:
        """`West Europe` and `westeurope` are the same location."""
        return path == "location" and isinstance(old, str) and isinstance(new, str) and _written(old) == _written(new)

    def known_at_preview(self, inputs: Inputs) -> Outputs:
        """The name, ARM type and API version, where the SDK has such outputs."""
        known = {
            "name": inputs.get(self.parameters[-1]),
            "type": self.arm_type,
            "azureApiVersion": self.schema.api_version,
        }
        return {key: value for key, value in known.items() if key in self.schema.outputs and isinstance(value, str)}

    def computed_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:
        """What every type has in common, and what the service adds for this one."""
        common: Outputs = {}
        if "provisioningState" in self.schema.outputs:
            common["provisioningState"] = "Succeeded"
        if "location" in self.schema.outputs and inputs.get("location") is None:
            common["location"] = self._default_location(call, inputs)
        if "identity" in self.schema.outputs and inputs.get("identity"):
            common["identity"] = self._principals(call, resource_id, inputs["identity"])
        common = {key: value for key, value in common.items() if value is not None}
        return outputs.merged(common, self.service_outputs(call, resource_id, inputs))

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  for types that have any
        """Outputs that the service gives and that no input tells."""
        return {}

    @staticmethod
    def subscription(call: Call) -> str:
        """The subscription that the provider is configured for."""
        return call.config.get("subscriptionId") or PLACEHOLDER_SUBSCRIPTION

    def tenant(self, call: Call) -> str:
        """The tenant that the provider is configured for."""
        return call.config.get("tenantId") or stable_guid("tenant", self.subscription(call))

    def identify(self, call: Call, inputs: Inputs) -> str:
        """The ARM id."""
        own = self.path.format_map({key: value for key, value in inputs.items() if isinstance(value, str)})
        if own.startswith("/"):
            return own.replace("//", "/")
        return f"{self._group_id(call, inputs)}/providers/{own}"

    def delete(self, call: Call, resource: Resource) -> None:
        """Refused while a CanNotDelete or ReadOnly lock is over the resource, itself or what it is in."""
        if call.cloud.parts is not None and self.token != _LOCK:
            for lock in call.cloud.parts.records.of_type(_LOCK):
                scope = str(lock.resource.inputs["scope"]).rstrip("/").lower()
                if f"{resource.id.lower()}/".startswith(f"{scope}/"):
                    raise Refusal(
                        f"ScopeLocked: The scope '{resource.id}' cannot perform delete operation because following scope(s) are "
                        f"locked: '{lock.resource.inputs['scope']}'. Please remove the lock and try again."
                    )
        super().delete(call, resource)

    def _group_id(self, call: Call, inputs: Inputs) -> str:
        return f"/subscriptions/{self.subscription(call)}/resourceGroups/{inputs['resourceGroupName']}"

    def _default_location(self, call: Call, inputs: Inputs) -> str | None:
        """The location that the real provider falls back to: its configuration's, else the resource group's."""
        configured = call.config.get("location")
        if configured or "resourceGroupName" not in inputs:
            return configured
        group = call.cloud.records.get(self._group_id(call, inputs))
        return group.outputs.get("location") if group is not None else None

    def _principals(self, call: Call, resource_id: str, identity: Any) -> Outputs:
        """The service principals of a resource's managed identities."""
        kinds = str(identity.get("type", ""))
        found: Outputs = {}
        if "SystemAssigned" in kinds:
            found |= {"principalId": stable_guid("principal", resource_id), "tenantId": self.tenant(call)}
        if assigned := identity.get("userAssignedIdentities"):
            found["userAssignedIdentities"] = {each: identity_guids(each) for each in assigned}
        return found


def identity_guids(identity_id: str) -> dict[str, str]:
    """The principal and client id of a user-assigned identity, the same wherever the identity is looked at."""
    key = identity_id.lower()
    return {"principalId": stable_guid("principal", key), "clientId": stable_guid("client", key)}


def verification_id(subscription: str) -> str:
    """The custom domain verification id of a subscription: 64 hex digits in upper case, as Azure gives it."""
    return hashlib.sha256(f"custom-domain-verification|{subscription}".encode()).hexdigest().upper()


def _written(location: str) -> str:
    return location.replace(" ", "").lower()
