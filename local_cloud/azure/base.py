"""What all azure-native types share: ARM ids, path parameters that make a new resource when they change, names."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import ClassVar, Final

from local_cloud.server.recorded import RecordedType
from local_cloud.server.resource_type import Call, Inputs, Outputs

PLACEHOLDER_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"


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
    def name_property(self) -> str | None:
        """The last path parameter, where the SDK lets a program leave it out."""
        own = self.parameters[-1]
        prop = self.schema.inputs.get(own)
        return own if prop is not None and not prop.required else None

    @property
    def replacing(self) -> frozenset[str]:
        """Path parameters, the location and what the type declares."""
        return frozenset({"resourceGroupName", "location", *self.parameters, *self.create_only})

    @property
    def arm_type(self) -> str:
        """`Microsoft.KeyVault/vaults`, from the path."""
        provider, *rest = self.path.rsplit("/providers/", 1)[-1].split("/")
        return "/".join([provider, *rest[::2]])

    def known_at_preview(self, inputs: Inputs) -> Outputs:
        """The name and ARM type, where the SDK has such outputs."""
        known = {"name": inputs.get(self.parameters[-1]), "type": self.arm_type}
        return {key: value for key, value in known.items() if key in self.schema.outputs and isinstance(value, str)}

    @staticmethod
    def subscription(call: Call) -> str:
        """The subscription that the provider is configured for."""
        return call.config.get("subscriptionId") or PLACEHOLDER_SUBSCRIPTION

    def identify(self, call: Call, inputs: Inputs) -> str:
        """The ARM id."""
        own = self.path.format_map({key: value for key, value in inputs.items() if isinstance(value, str)})
        if own.startswith("/"):
            return own.replace("//", "/")
        return f"/subscriptions/{self.subscription(call)}/resourceGroups/{inputs['resourceGroupName']}/providers/{own}"


def stable_guid(*parts: str) -> str:
    """A GUID that the same parts always give, for ids that Azure would make up (principal ids, client ids)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(parts)))


def verification_id(subscription: str) -> str:
    """The custom domain verification id of a subscription: 64 hex digits in upper case, as Azure gives it."""
    return hashlib.sha256(f"custom-domain-verification|{subscription}".encode()).hexdigest().upper()
