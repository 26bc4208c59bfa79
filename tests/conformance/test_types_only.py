"""
Types that nobody registered, as every SDK has them: whatever their inputs are, what comes back passes through the SDK's own classes.

All classes of all SDKs would take minutes to import, so a few modules of azure-native stand for it, and the whole of the others.
"""

import importlib
import inspect

import pulumi
import pytest
from pulumi import _types
from pulumi.runtime import rpc

from local_cloud.catalog import PACKAGES
from local_cloud.server.generic.check import problems
from local_cloud.server.generic.outputs import before_service
from local_cloud.server.schemas.schema import Anything, ListOf, MapOf, Object, OneOf, Scalar
from local_cloud.server.unregistered import Unregistered
from local_cloud.server.wire import UNKNOWN, has_unknown

MODULES = {
    "azure-native": [
        f"pulumi_azure_native.{name}"
        for name in (
            "cdn",
            "containerinstance",
            "containerservice",
            "keyvault",
            "managedidentity",
            "servicebus",
            "storage",
        )
    ],
    "azuread": ["pulumi_azuread"],
    "cloudflare": ["pulumi_cloudflare"],
    "random": ["pulumi_random"],
    "time": ["pulumiverse_time"],
    "tls": ["pulumi_tls"],
}
DEPTH = 6
"""How deep inputs are made: the classes of some types nest in circles."""


def _tokens(package):
    registered = {each.token for each in package.types}
    for module_name in MODULES[package.name]:
        module = importlib.import_module(module_name)
        for member in (
            getattr(module, each) for each in sorted(set(module.__all__ if hasattr(module, "__all__") else dir(module)))
        ):
            if inspect.isclass(member) and issubclass(member, pulumi.CustomResource):
                name = member.__name__
                # One SDK comes from a generator that did not write the token down yet.
                token = getattr(member, "pulumi_type", f"{package.name}:index/{name[0].lower()}{name[1:]}:{name}")
                if token and token not in registered and token.startswith(f"{package.name}:"):
                    yield token


def _value(kind, depth):
    match kind:
        case Scalar():
            return kind.choices[0] if kind.choices else {"string": "text", "boolean": True}.get(kind.kind, 7)
        case ListOf():
            return [_value(kind.item, depth)] if depth else []
        case MapOf():
            return {"key": _value(kind.item, depth)} if depth else {}
        case Object():
            return _inputs(kind.properties, depth - 1)
        case OneOf():
            return _value(kind.members[0], depth)
        case Anything():
            return "anything"


def _inputs(properties, depth=DEPTH):
    return {wire: _value(prop.type, depth) for wire, prop in properties.items() if depth > 0 or prop.required}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_what_comes_back_of_every_type_passes_through_the_sdks_own_classes(package):
    unregistered = Unregistered(package)
    tokens = sorted(set(_tokens(package)))
    assert len(tokens) > 0
    for token in tokens:
        resource_type = unregistered.resource_type(token)
        assert resource_type is not None, token
        inputs = _inputs(resource_type.schema.inputs)
        unfit = [each.reason for each in problems(resource_type, inputs) if each.rule.startswith("sdk.")]
        assert unfit == [], token
        outputs = before_service(resource_type, inputs, missing=UNKNOWN)
        cls = resource_type.schema.resource_class.load()
        names = _types.resource_types(cls)
        for wire, value in outputs.items():
            prop = resource_type.schema.outputs[wire]
            if not has_unknown(value):
                rpc.translate_output_properties(value, lambda name: name, names.get(prop.python), True)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_what_nothing_is_known_of_is_not_refused_and_a_required_property_is_asked_for(package):
    unregistered = Unregistered(package)
    for token in sorted(set(_tokens(package))):
        resource_type = unregistered.resource_type(token)
        assert resource_type is not None, token
        inputs = resource_type.schema.inputs
        assert problems(resource_type, dict.fromkeys(inputs, UNKNOWN)) == []
        assert {each.path for each in problems(resource_type, {}) if each.rule == "sdk.required-property"} == {
            wire for wire, prop in inputs.items() if prop.required
        }
