"""Types of an installed SDK that are not registered: checked by what the SDK says of them, planned, and never made."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, ClassVar, Final, NoReturn, Self

from local_cloud.server.resource_types.resource import Inputs, Outputs, Refusal, Resource
from local_cloud.server.resource_types.resource_type import Call, ResourceType
from local_cloud.server.rules import Rule
from local_cloud.server.schemas.schema import MapOf, Object, Scalar, Schema

_NOT_REGISTERED: Final = (
    "resource type '{token}' is not registered, so nothing here can make it; "
    "docs/guides/add-a-resource-type.md says how to add it"
)


class TypesOnly(ResourceType):
    """
    What such types of a package have in common; `of` makes one.

    Attributes:
        shared: rules that hold for every type of the package that has the property.
    """

    shared: ClassVar[Sequence[Rule]] = ()
    example: ClassVar = {}

    @classmethod
    def of(cls, token: str) -> Self:
        """The type with a token."""
        made: Any = type(cls.__name__, (cls,), {"token": token})
        return made()

    @property
    def real(self) -> bool:
        """Nothing stands behind it."""
        return False

    @functools.cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """The package's rules for properties that the type has."""
        return tuple(rule for rule in self.shared if _applies(rule, self.schema))

    def create(self, call: Call, inputs: Inputs) -> Resource:  # noqa: ARG002  whatever it is asked for
        """Refused."""
        self._refuse()

    def read(self, call: Call, resource_id: str) -> Resource | None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def update(self, call: Call, resource: Resource, inputs: Inputs) -> Resource:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def delete(self, call: Call, resource: Resource) -> None:  # noqa: ARG002
        """Refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise Refusal(_NOT_REGISTERED.format(token=self.token))


class BridgedTypesOnly(TypesOnly):
    """
    Types of a Terraform-bridged package.

    Attributes:
        module: the SDK's module.
        always_replacing: properties whose change makes a new resource in every type of the package.
        keeps_in_place: where given, every property but these makes a new resource.
    """

    module: ClassVar[str]
    always_replacing: ClassVar[frozenset[str]] = frozenset()
    keeps_in_place: ClassVar[frozenset[str] | None] = None

    @property
    def sdk(self) -> tuple[str, str]:
        """`random:index/randomPet:RandomPet` is the class RandomPet."""
        return self.module, self.token.rsplit(":", 1)[-1]

    @property
    def replacing(self) -> frozenset[str]:
        """As far as the package as a whole tells."""
        names = frozenset(self.schema.inputs)
        return names - self.keeps_in_place if self.keeps_in_place is not None else names & self.always_replacing


class AzureTypesOnly(TypesOnly):
    """Types of azure-native, whose SDK tells no paths: what goes in, never comes out and is called a name stands in the path."""

    @property
    def sdk(self) -> tuple[str, str]:
        """`azure-native:web:AppServicePlan` is the class AppServicePlan of pulumi_azure_native.web."""
        _, module, name = self.token.split(":")
        return f"pulumi_azure_native.{module}", name

    @property
    def name_property(self) -> str | None:
        """The one name in the path that a program may leave out; the real provider then makes it up."""
        names = [name for name in self._in_path if not self.schema.inputs[name].required]
        return names[0] if len(names) == 1 else None

    @property
    def replacing(self) -> frozenset[str]:
        """The names in the path, and the location."""
        return frozenset({*self._in_path, "location"} & set(self.schema.inputs))

    @functools.cached_property
    def _in_path(self) -> frozenset[str]:
        return frozenset(
            wire
            for wire, prop in self.schema.inputs.items()
            if isinstance(prop.type, Scalar)
            and (wire == "name" or (wire.endswith("Name") and wire not in self.schema.outputs))
        )

    def known_at_preview(self, inputs: Inputs) -> Outputs:
        """The name and the API version, where the SDK has such outputs."""
        name = self.name_property
        known = {"name": inputs.get(name) if name else None, "azureApiVersion": self.schema.api_version}
        return {key: value for key, value in known.items() if key in self.schema.outputs and isinstance(value, str)}


def _applies(rule: Rule, schema: Schema) -> bool:
    """Whether inputs have the rule's property, in the form that the rule is about: `tags` are a list in a few types."""
    first, _, rest = rule.path.partition(".")
    prop = schema.inputs.get(first)
    if prop is None:
        return False
    if rest:
        return isinstance(prop.type, Object) and rest in prop.type.properties
    return isinstance(prop.type, MapOf) if isinstance(rule.passes, dict) else isinstance(prop.type, Scalar)
