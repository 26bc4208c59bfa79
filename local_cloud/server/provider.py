"""
The ResourceProvider gRPC service for one package.

Check, Diff and previews need nothing but the package. Everything that makes or changes something goes to a cloud; without one (plan
mode) it is refused.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator, Sequence
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from local_cloud.language_host.recorder import UNKNOWN_RESULTS
from local_cloud.runtime.errors import BackendError
from local_cloud.server.cloud import Cloud
from local_cloud.server.engine_log import EngineLog
from local_cloud.server.exceptions import ExceptionsError
from local_cloud.server.generic import check, diff, naming, outputs
from local_cloud.server.package import Package
from local_cloud.server.plan.report import UNKNOWN_FUNCTION
from local_cloud.server.plan.sessions import PlanSessions
from local_cloud.server.refusing import Refusing
from local_cloud.server.resource_types.resource import Refusal, Resource
from local_cloud.server.resource_types.resource_type import Call, ResourceType
from local_cloud.server.rules import Problem
from local_cloud.server.session import Session
from local_cloud.server.unregistered import Unregistered
from local_cloud.server.wire import (
    UNKNOWN,
    decode_struct,
    encode_struct,
    has_unknown,
    mark_secret,
    plain,
    secret_paths,
    without_redacted,
)
from local_cloud.system_errors import FULL, explained

PLAN_ONLY = (
    "these providers only plan: they answer previews and refuse to make, change or delete anything. "
    "For a local platform type `ignition up`; for the real clouds run `pulumi up` with the official providers"
)
_UNTOLD = (
    "asks the cloud, which these providers do not; only in a preview of a Python program that the attached language host runs "
    "can its results be left unknown"
)
_FOREIGN = (
    "stack '{stack}' is not the stack of this local cloud, so nothing is made, changed or deleted for it. For a local "
    "platform type `ignition up`; for the real clouds run `pulumi up` with the official providers, without ours attached"
)


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """
    Serves one package; safe for any number of engines at once.

    Args:
        package: what it serves.
        port: where it is served.
        cloud: makes and changes things; without one it only plans.
        previews: where refusals of previews under way are noted.
    """

    def __init__(
        self, package: Package, port: int, cloud: Cloud | None = None, previews: PlanSessions | None = None
    ) -> None:
        self._package = package
        self._port = port
        self._types = package.by_token()
        self._unregistered = Unregistered(package) if cloud is None else None
        self._cloud = cloud
        self._refusing = Refusing(previews or PlanSessions())
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    # -- the connection

    def Handshake(self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext) -> Any:
        """The engine tells where its log listens."""
        session = self._session(context)
        session.log = EngineLog(request.engine_address) if request.engine_address else None
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=False, accept_outputs=False)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """The engine attached itself to this running provider."""
        self._session(context).log = EngineLog(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the installed SDK."""
        return plugin_pb2.PluginInfo(version=self._package.version)

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> Any:
        """Provider configuration is the program's business."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> Any:
        """A changed provider configuration never replaces resources here."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext) -> Any:
        """Keeps the provider's configuration for this engine."""
        prefix = f"{self._package.name}:config:"
        variables = {key.removeprefix(prefix): value for key, value in request.variables.items()}
        self._session(context).config = variables | plain(decode_struct(request.args))
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=False)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """The engine is going."""
        with self._lock:
            session = self._sessions.pop(context.peer(), None)
        if session is not None and session.log is not None:
            session.log.close()
        return empty_pb2.Empty()

    # -- planning

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> Any:
        """Fills in defaults and names, and lists everything that the cloud would refuse."""
        resource_type = self._type(request.urn, context)
        inputs = decode_struct(request.news)
        bare = plain(inputs)
        added = resource_type.defaults(bare) | naming.made_up(resource_type, request, bare)
        for name, value in added.items():
            if inputs.get(name) is None:
                inputs[name] = value
        problems = check.problems(resource_type, without_redacted(inputs))
        return provider_pb2.CheckResponse(
            inputs=encode_struct(inputs),
            # Without the property: the engine would print its value beside it, even a secret one. The reason names both.
            failures=[
                provider_pb2.CheckFailure(reason=reason)
                for reason in self._failures(request.urn, resource_type, problems, context)
            ],
        )

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> Any:
        """Which inputs changed and whether that makes a new resource."""
        resource_type = self._type(request.urn, context)
        if self._refusing.is_refused(self._session(context), request.urn):
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_SOME)
        if request.urn in self._session(context).unread and not request.old_inputs.fields:
            self._session(context).say_imported(request.urn, request.id)
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        old, new = self._old_and_new(request)
        if has_unknown(old):  # the state is a plan; the engine leaves unknown values out when it asks for the update
            self._session(context).planned_before[request.urn] = old
        found = diff.changes(resource_type, old, new)
        found = [each for each in found if not _ignored(each.path, request.ignoreChanges)]
        detailed: dict[str, provider_pb2.PropertyDiff] = {}
        for each in found:
            kind = f"{each.kind.upper()}_REPLACE" if each.replaces else each.kind.upper()
            detailed[each.path] = provider_pb2.PropertyDiff(
                kind=provider_pb2.PropertyDiff.Kind.Value(kind), inputDiff=True
            )
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=[each.path for each in found if each.replaces],
            deleteBeforeReplace=any(each.replaces for each in found) and resource_type.ends_before_replaced(old),
            diffs=sorted({each.path.split(".")[0].split("[")[0] for each in found}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    # -- making

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> Any:
        """Makes the resource; in a preview tells what will be known of it."""
        resource_type = self._type(request.urn, context)
        inputs = decode_struct(request.properties)
        if request.preview and self._refusing.is_refused(self._session(context), request.urn):
            return provider_pb2.CreateResponse(id="")
        if request.preview:
            self._refusing.remark_on_host(self._session(context))
            return provider_pb2.CreateResponse(id="", properties=encode_struct(_previewed(resource_type, inputs)))
        with _refusals(context):
            made = resource_type.create(self._call(request.urn, context), plain(inputs))
            return provider_pb2.CreateResponse(id=made.id, properties=encode_struct(_kept(resource_type, inputs, made)))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> Any:
        """Changes the resource in place; a change that the service would refuse is refused in the preview."""
        resource_type = self._type(request.urn, context)
        if request.preview and self._refusing.is_refused(self._session(context), request.urn):
            return provider_pb2.UpdateResponse()
        old, inputs = self._old_and_new(request)
        old = self._session(context).planned_before.pop(request.urn, old)
        problems = list(diff.refused_updates(resource_type, old, inputs))
        if failures := self._failures(request.urn, resource_type, problems, context):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{resource_type.token}: {'; '.join(failures)}")
        if request.preview:
            self._refusing.remark_on_host(self._session(context))
            return provider_pb2.UpdateResponse(properties=encode_struct(_previewed(resource_type, inputs)))
        with _refusals(context):
            before = Resource(request.id, plain(old), plain(decode_struct(request.olds)))
            made = resource_type.update(self._call(request.urn, context), before, plain(inputs))
            return provider_pb2.UpdateResponse(properties=encode_struct(_kept(resource_type, inputs, made)))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> Any:
        """Looks at the real thing; a preview knows of what a program only reads no more than its id."""
        resource_type = self._type(request.urn, context)
        if self._cloud is None and self._is_read_by_program(request, context):
            known = _known_of_read(resource_type, request)
            self._session(context).unread.add(request.urn)
            # An import needs inputs, though they are empty: without any the engine says that the provider cannot import.
            return provider_pb2.ReadResponse(id=request.id, properties=encode_struct(known), inputs=encode_struct({}))
        with _refusals(context):
            found = resource_type.read(self._call(request.urn, context), request.id)
            if found is None:
                return provider_pb2.ReadResponse()
            kept = decode_struct(request.inputs)
            inputs = (
                mark_secret(found.inputs, secret_paths(kept)) if kept else outputs.readable(resource_type, found.inputs)
            )
            return provider_pb2.ReadResponse(
                id=found.id,
                inputs=encode_struct(inputs),
                properties=encode_struct(_kept(resource_type, inputs, found)),
            )

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Removes the resource."""
        resource_type = self._type(request.urn, context)
        with _refusals(context):
            resource = Resource(
                request.id, plain(decode_struct(request.old_inputs)), plain(decode_struct(request.properties))
            )
            resource_type.delete(self._call(request.urn, context), resource)
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> Any:
        """Answers a function of the package."""
        function = self._package.functions.get(request.tok)
        if function is None:
            return provider_pb2.InvokeResponse(**self._unknown_results(request.tok, context))
        with _refusals(context):
            result = function(plain(decode_struct(request.args)), self._session(context).config)
            answer: dict[str, Any] = {"return": encode_struct(result)}
            return provider_pb2.InvokeResponse(**answer)

    def _unknown_results(self, token: str, context: grpc.ServicerContext) -> dict[str, Any]:
        """What a preview says of a function that only the cloud could answer."""
        results = self._unregistered.results(token) if self._unregistered is not None else None
        if results is None:
            known = ", ".join(sorted(self._package.functions)) or "none"
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED, f"function '{token}' {self._missing()}; registered functions: {known}"
            )
        session = self._session(context)
        if not self._refusing.is_under_way(session):
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"function '{token}' {_UNTOLD}")
        self._refusing.note(session, UNKNOWN_FUNCTION, token=token)
        session.say(
            f"function '{token}' asks the cloud, which a preview does not: everything that it returns is unknown, "
            "and rules that need it are not asked",
            warning=True,
        )
        return {"return": encode_struct({UNKNOWN_RESULTS: sorted(results)})}

    # -- what the methods share

    def _session(self, context: grpc.ServicerContext) -> Session:
        with self._lock:
            return self._sessions.setdefault(context.peer(), Session(context.peer(), self._port))

    def _type(self, urn: str, context: grpc.ServicerContext) -> ResourceType:
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        found = self._types.get(token)
        if found is None and self._unregistered is not None:
            found = self._unregistered.resource_type(token)
        if found is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"resource type '{token}' (resource '{urn.rsplit('::', 1)[-1]}') {self._missing()}",
            )
        return found

    def _missing(self) -> str:
        if self._unregistered is not None:
            return f"is not in the installed {self._package.distribution} {self._package.version}"
        return (
            f"is not registered in the local {self._package.name} provider; "
            "docs/guides/add-a-resource-type.md says how to add it"
        )

    def _call(self, urn: str, context: grpc.ServicerContext) -> Call:
        if self._cloud is None:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, PLAN_ONLY)
        if not self._cloud.serves(urn):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, _FOREIGN.format(stack=urn.split(":")[2]))
        return Call(self._cloud, urn, self._session(context).config)

    def _failures(
        self, urn: str, resource_type: ResourceType, problems: Sequence[Problem], context: grpc.ServicerContext
    ) -> list[str]:
        try:
            return self._refusing.failures(self._session(context), urn, resource_type, problems)
        except ExceptionsError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    def _is_read_by_program(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> bool:
        """`Vault.get(...)`, and not a refresh, which tells the inputs that the state holds."""
        session = self._session(context)
        return not request.inputs.fields and (self._refusing.is_under_way(session) or not request.properties.fields)

    @staticmethod
    def _old_and_new(request: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return decode_struct(request.old_inputs), decode_struct(request.news)


@contextlib.contextmanager
def _refusals(context: grpc.ServicerContext) -> Generator[None]:
    """Turns what a cloud refuses into the answer that the engine shows."""
    try:
        yield
    except (Refusal, BackendError) as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
    except OSError as error:
        if error.errno not in FULL:
            raise
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, explained(error))


def _previewed(resource_type: ResourceType, inputs: dict[str, Any]) -> dict[str, Any]:
    return outputs.before_service(resource_type, inputs, missing=UNKNOWN)


def _known_of_read(resource_type: ResourceType, request: provider_pb2.ReadRequest) -> dict[str, Any]:
    """What a preview knows of something that a program only reads; the engine takes no unknown, the SDKs a missing one as such."""
    known = _previewed(resource_type, decode_struct(request.properties))
    if request.id.startswith("/subscriptions/") and "name" in resource_type.schema.outputs:
        known["name"] = request.id.rsplit("/", 1)[-1]
    return {name: value for name, value in known.items() if not has_unknown(value)}


def _kept(resource_type: ResourceType, inputs: dict[str, Any], made: Resource) -> dict[str, Any]:
    """The outputs as the engine keeps them: secret where the inputs were, and where the type says so."""
    declared = (tuple(path.split(".")) for path in resource_type.secret_outputs)
    return mark_secret(mark_secret(made.outputs, secret_paths(inputs)), iter(declared))


def _ignored(path: str, ignore_changes: Any) -> bool:
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in ignore_changes)
