"""
What a piece of a program declares, seen as the engine sees it: every registration in order, with its options.

Pulumi's own mocks answer; what a provider would compute is made up by type below. Nothing here knows our components.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from google.protobuf import json_format
from pulumi import Output
from pulumi.runtime import mocks, rpc, settings, stack

T = TypeVar("T")

SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
VERIFICATION_ID = "0A1B2C3D4E5F"


@dataclass(frozen=True)
class Declared:
    """One registration."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: Mapping[str, Any]
    secret_inputs: frozenset[str]
    custom: bool
    depends_on: frozenset[str]
    protect: bool
    retain_on_delete: bool
    replace_on_changes: tuple[str, ...]
    ignore_changes: tuple[str, ...]
    replacement_trigger: Any
    deleted_with: str


@dataclass(frozen=True)
class Program(Generic[T]):
    """Everything that was declared, and what the piece of the program gave back."""

    result: T
    resources: Sequence[Declared]
    outputs: Mapping[str, Any]
    secret_outputs: frozenset[str]
    registered_outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Declared]:
        """The resources of a type, by the last part of its token; sorted, for what waits for nothing comes in any order."""
        found = [each for each in self.resources if each.type.rsplit(":", 1)[-1] == kind]
        return sorted(found, key=lambda each: each.name)

    def one(self, name: str) -> Declared:
        """The resource of a logical name."""
        (found,) = [each for each in self.resources if each.name == name]
        return found

    def position(self, name: str) -> int:
        """When the resource of a logical name was declared, counted from 0."""
        return [each.name for each in self.resources].index(name)

    def waits_for(self, name: str, other: str) -> bool:
        """Whether a resource depends on another, directly or by way of others; it is not made before what it lies in."""
        wanted, seen = self.one(other).urn, set[str]()
        pending = [self.one(name).urn]
        by_urn = {each.urn: each for each in self.resources}
        while pending:
            urn = pending.pop()
            if urn in seen or urn not in by_urn:
                continue
            seen.add(urn)
            pending += [*by_urn[urn].depends_on, by_urn[urn].parent]
        return wanted in seen - {self.one(name).urn}


def declare(build: Callable[[], T], *, preview: bool = False) -> Program[T]:
    """
    Run a piece of a program and return what it declared.

    Args:
        build: Makes the resources. If what it returns has annotated outputs, they are resolved.
        preview: Whether ids and computed values are unknown, as in the first preview.
    """
    monitor = _Monitor(_Cloud(preview=preview))
    settings.set_root_resource(None)  # type: ignore[arg-type]  # the last one belongs to another event loop

    outputs: dict[str, Any] = {}
    secret: set[str] = set()
    results: list[T] = []

    async def run() -> None:
        mocks.set_mocks(monitor.mocks, project="ignition", stack="test", preview=preview, monitor=monitor)
        settings.SETTINGS.rpc_manager.clear()
        settings.SETTINGS.outputs.clear()

        async def program() -> None:
            results.append(build())
            for name in getattr(type(results[0]), "__annotations__", {}):
                value = getattr(results[0], name)
                if isinstance(value, Output):
                    outputs[name] = await value.future()
                    if await value.is_secret():
                        secret.add(name)
                else:
                    outputs[name] = value

        await stack.run_pulumi_func(program)

    asyncio.run(run())
    return Program(
        result=results[0],
        resources=tuple(monitor.declared),
        outputs=outputs,
        secret_outputs=frozenset(secret),
        registered_outputs=dict(monitor.registered_outputs),
    )


@contextlib.contextmanager
def _own_loop() -> Iterator[None]:
    """Calls come in threads of their own, where Pulumi's mocks make event loops and leave them open."""
    if threading.current_thread() is threading.main_thread():
        yield
        return
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class _Monitor(mocks.MockMonitor):
    def __init__(self, cloud: mocks.Mocks) -> None:
        super().__init__(cloud)
        self.declared: list[Declared] = []
        self.registered_outputs: dict[str, frozenset[str]] = {}

    def Invoke(self, request: Any) -> Any:  # noqa: N802  gRPC's name
        with _own_loop():
            return super().Invoke(request)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  gRPC's name
        with _own_loop():
            return self._register(request)

    def _register(self, request: Any) -> Any:
        response = super().RegisterResource(request)
        if request.type == "pulumi:pulumi:Stack":
            return response
        inputs = rpc.deserialize_properties(request.object)
        self.declared.append(
            Declared(
                type=request.type,
                name=request.name,
                urn=response.urn,
                parent=request.parent,
                inputs=_plain(inputs),
                secret_inputs=frozenset(name for name, value in inputs.items() if rpc.is_rpc_secret(value)),
                custom=request.custom,
                depends_on=frozenset(request.dependencies),
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                replace_on_changes=tuple(request.replaceOnChanges),
                ignore_changes=tuple(request.ignoreChanges),
                replacement_trigger=json_format.MessageToDict(request.replacement_trigger),
                deleted_with=request.deletedWith,
            )
        )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  gRPC's name
        self.registered_outputs[request.urn] = frozenset(rpc.deserialize_properties(request.outputs))
        return super().RegisterResourceOutputs(request)


class _Cloud(mocks.Mocks):
    def __init__(self, *, preview: bool) -> None:
        self._preview = preview

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        inputs = _plain(args.inputs)
        if not args.custom:
            return "", inputs
        if self._preview:
            return None, _shaped(args.typ, inputs)
        return _id_of(args.typ, args.name, inputs), _shaped(args.typ, inputs) | _computed(args.typ, args.name, inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        known = {
            "azure-native:app:getCustomDomainVerificationId": {"value": VERIFICATION_ID},
            "azure-native:authorization:getClientConfig": {
                "clientId": "deployer",
                "objectId": "deployer",
                "subscriptionId": SUBSCRIPTION.rsplit("/", 1)[-1],
                "tenantId": "22222222-2222-2222-2222-222222222222",
            },
        }
        return known[args.token], []


def _plain(value: Any) -> Any:
    value = rpc.unwrap_rpc_secret(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _id_of(kind: str, name: str, inputs: Mapping[str, Any]) -> str:
    package, module, resource = kind.split(":")
    if package != "azure-native":
        return f"{name}-id"
    provider = f"Microsoft.{module}/{resource}"
    group = inputs.get("resourceGroupName") or "rg"
    physical = next(
        (value for key, value in inputs.items() if key.lower().endswith("name") and key != "resourceGroupName"), name
    )
    return f"{SUBSCRIPTION}/resourceGroups/{group}/providers/{provider}/{physical}"


def _shaped(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    shaped = dict(inputs)
    # A list when given, a mapping when returned.
    identity = inputs.get("identity")
    if kind.startswith("azure-native:") and isinstance(identity, Mapping) and "userAssignedIdentities" in identity:
        assigned = {each: {} for each in identity["userAssignedIdentities"] if isinstance(each, str)}
        shaped["identity"] = {**identity, "userAssignedIdentities": assigned}
    physical = next(_physical_names(kind, inputs), None)
    if physical is not None:
        shaped["name"] = physical
    return shaped


def _physical_names(kind: str, inputs: Mapping[str, Any]) -> Iterator[Any]:
    if kind.startswith("azure-native:"):
        resource = kind.rsplit(":", 1)[-1]
        wanted = {f"{resource[0].lower()}{resource[1:]}Name", "resourceName", "environmentName", "containerAppName"}
        yield from (value for key, value in inputs.items() if key in wanted)


def _computed(kind: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    resource = kind.rsplit(":", 1)[-1]
    made_up: dict[str, dict[str, Any]] = {
        "AccountToken": {"value": f"value of {name}"},
        "Application": {"clientId": f"client of {name}", "objectId": f"object of {name}"},
        "ApplicationPassword": {"value": f"value of {name}", "keyId": f"key of {name}"},
        "CertRequest": {"certRequestPem": f"request of {name}", "keyAlgorithm": "RSA"},
        "ManagedEnvironment": {"defaultDomain": "blue.westeurope.azurecontainerapps.io", "staticIp": "192.0.2.1"},
        "OriginCaCertificate": {"certificate": f"certificate for {inputs.get('csr')}"},
        "PrivateKey": {"privateKeyPem": f"key of {name}", "privateKeyPemPkcs8": f"PKCS#8 key of {name}"},
        "RandomPassword": {"result": f"result of {name}"},
        "Registry": {"loginServer": f"{str(inputs.get('registryName')).lower()}.azurecr.io"},
        "Server": {"fullyQualifiedDomainName": f"{inputs.get('serverName')}.postgres.database.azure.com"},
        "UserAssignedIdentity": {"principalId": f"principal of {name}", "clientId": f"client of {name}"},
        "ZeroTrustAccessApplication": {"aud": f"audience of {name}"},
        "ZoneDnssec": {"ds": "ecent.online. 3600 IN DS 2371 13 2 0A1B"},
    }
    if resource == "ContainerApp":
        return _of_app(inputs)
    if kind.startswith("azure-native:keyvault:"):
        return _of_vault(resource, inputs)
    return made_up.get(resource, {})


def _of_app(inputs: Mapping[str, Any]) -> dict[str, Any]:
    app, configuration = inputs["containerAppName"], inputs["configuration"]
    if "ingress" in configuration:
        ingress = {**configuration["ingress"], "fqdn": f"{app}.blue.westeurope.azurecontainerapps.io"}
        configuration = {**configuration, "ingress": ingress}
    return {
        "configuration": configuration,
        "latestRevisionName": f"{app}--{inputs['template'].get('revisionSuffix')}",
    }


def _of_vault(resource: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    address = f"https://{inputs['vaultName']}.vault.azure.net"
    if resource == "Vault":
        return {"properties": {**inputs["properties"], "vaultUri": f"{address}/", "provisioningState": "Succeeded"}}
    if resource == "Key":
        return {}
    uri = f"{address}/secrets/{inputs['secretName']}"
    return {"properties": {"secretUri": uri, "secretUriWithVersion": f"{uri}/0123456789abcdef0123456789abcdef"}}
