"""
Inside a program's process: tells the host of every resource that the program registers, before the engine hears of it.

What goes to the engine stays as the SDK made it. Beside each registration goes where its values come from: a preview does not know
`subnet.id`, but it is known whose id it is. Imports nothing of this project: it also runs in a program's own environment.
"""

from __future__ import annotations

import contextvars
import json
import os
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final, cast

HEADER: Final = struct.Struct(">II")
"""Before each frame: the lengths of its origins (JSON) and of the request (protobuf)."""
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_TEXT: Final = f"<unknown {_UNKNOWN}>"
"""A text that the SDK leaves alone and that providers take for unknown, whatever a program makes of it."""
UNKNOWN_RESULTS: Final = "__unknownResults"
"""The one key of a planning provider's answer to a function that it cannot answer: the names of all results that are texts."""
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
_NO_OTHER_STACKS: Final = "IGNITION_PREVIEW_NO_OTHER_STACKS"  # `local_cloud.plan.throwaway` sets it
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"

_collected: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("collected", default=None)
_plain_form: contextvars.ContextVar[bool] = contextvars.ContextVar("plain_form", default=False)
_origins: contextvars.ContextVar[list[dict[str, Any]]] = contextvars.ContextVar("origins")


class _From(str):
    """A text of the SDK's, its marker of an unknown value for instance, with where the value comes from."""

    __slots__ = ("attribute", "resources")

    attribute: str | None
    resources: Sequence[str]


def record(output: BinaryIO) -> None:
    """
    Starts recording; the SDK must be configured already.

    Args:
        output: gets a frame for each registration, in the order in which they are sent to the engine.
    """
    from pulumi.runtime import known_types, rpc, settings  # noqa: PLC0415  the host's process must not import the SDK here

    sdk: Any = rpc
    serialize_property, serialize_properties = sdk.serialize_property, sdk.serialize_properties

    async def one(value: Any, deps: Any, key: Any, *others: Any, **named: Any) -> Any:
        result = await serialize_property(value, deps, key, *others, **named)
        collected = _collected.get()
        if collected is None:
            return result
        if known_types.is_output(value) and (isinstance(result, str) or _has_unmarked(result)):
            result = _marked(result, *await _source(value))
        if key is not None:
            collected[key] = result  # the call for the whole property returns last
        return result

    async def all_of(inputs: Any, property_deps: Any, resource: Any = None, *others: Any, **named: Any) -> Any:
        collected: dict[str, Any] = {}
        token = _collected.set(collected)
        try:
            found = await serialize_properties(inputs, property_deps, resource, *others, **named)
        finally:
            _collected.reset(token)
        names = _wire_names(others, named)
        _origins.set([each for key, value in collected.items() for each in _from(value, [names(key)])])
        return found

    sdk.serialize_property, sdk.serialize_properties = one, all_of
    _mark_plain_calls()
    run: Any = settings.SETTINGS
    run.monitor = _Recording(run.monitor, output)


class _Recording:
    """The engine's monitor; a registration is written down before it is sent."""

    def __init__(self, monitor: Any, output: BinaryIO) -> None:
        self._monitor = monitor
        self._output = output
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._monitor, name)

    def RegisterResource(self, request: Any, *others: Any, **named: Any) -> Any:  # noqa: N802  gRPC names the methods
        """Writes the registration down, then sends it."""
        origins = json.dumps(_origins.get([])).encode()
        content = request.SerializeToString()
        with self._lock:
            self._output.write(HEADER.pack(len(origins), len(content)) + origins + content)
            self._output.flush()
        answer = self._monitor.RegisterResource(request, *others, **named)
        if answer.id == _UNKNOWN:  # the state is a plan: the SDK takes an id for unknown only where there is none
            answer.id = ""
        return answer

    def Invoke(self, request: Any, *others: Any, **named: Any) -> Any:  # noqa: N802  gRPC names the methods
        """What a planning provider cannot know becomes unknown: no provider can say so through the engine."""
        answer = self._monitor.Invoke(request, *others, **named)
        results = getattr(answer, "return")
        if UNKNOWN_RESULTS not in results.fields:
            return answer
        strings = [each.string_value for each in results.fields[UNKNOWN_RESULTS].list_value.values]
        results.Clear()
        if _plain_form.get():
            results.update(dict.fromkeys(strings, _UNKNOWN_TEXT))
        else:
            answer.unknown = True
        return answer

    def ReadResource(self, request: Any, *others: Any, **named: Any) -> Any:  # noqa: N802  gRPC names the methods
        """Another stack's outputs stay unknown where the run's backend has no other stack."""
        if request.type != _STACK_REFERENCE or not os.environ.get(_NO_OTHER_STACKS):
            return self._monitor.ReadResource(request, *others, **named)
        import pulumi  # noqa: PLC0415  imported by now
        from pulumi.runtime.proto import resource_pb2  # noqa: PLC0415

        pulumi.log.warn(
            f"stack '{request.id}' is not looked up, as this preview contacts no backend: all of its outputs are unknown, and rules "
            "that need them are not asked; `ignition attach -- pulumi preview` uses your own backend"
        )
        answer = resource_pb2.ReadResourceResponse(urn=f"urn:pulumi:other::other::{request.type}::{request.name}")
        answer.properties.update({"name": request.id, "outputs": _UNKNOWN, "secretOutputNames": _UNKNOWN})
        return answer


def _mark_plain_calls() -> None:
    """A function's plain form needs a value at once, its output form takes an unknown one; the engine's request is the same."""
    from pulumi import runtime  # noqa: PLC0415  imported by now

    sdk: Any = runtime
    invoke = sdk.invoke

    def plain(*arguments: Any, **named: Any) -> Any:
        token = _plain_form.set(True)
        try:
            return invoke(*arguments, **named)
        finally:
            _plain_form.reset(token)

    sdk.invoke = plain


async def _source(output: Any) -> tuple[str | None, Sequence[str]]:
    """Whose output it is, and by which attribute where it is that attribute itself and not made from it."""
    resources: set[Any] = await output.resources()
    attribute: str | None = None
    if len(resources) == 1:
        (resource,) = resources
        attributes = cast("dict[str, Any]", vars(resource))
        attribute = next((name for name, value in attributes.items() if value is output), None)
    urns = [urn for resource in resources if (urn := await resource.urn.future())]
    return attribute, sorted(urns)


def _has_unmarked(value: Any) -> bool:
    if isinstance(value, str):
        return value == _UNKNOWN and not isinstance(value, _From)
    return any(_has_unmarked(each) for _, each in _below(value))


def _marked(value: Any, attribute: str | None, resources: Sequence[str]) -> Any:
    if isinstance(value, str):
        if isinstance(value, _From) or (value != _UNKNOWN and attribute is None):
            return value
        marker = _From(value)
        marker.attribute, marker.resources = attribute, resources
        return marker
    inner = attribute if _is_secret(value) else None
    below = {key: _marked(each, inner, resources) for key, each in _below(value)}
    if not below:
        return value
    return below if isinstance(value, dict) else list(below.values())


def _from(value: Any, path: list[str | int]) -> Iterator[dict[str, Any]]:
    if isinstance(value, _From):
        yield {"path": path, "attribute": value.attribute, "resources": list(value.resources)}
    elif _is_secret(value):
        yield from _from(value.get("value"), path)
    else:
        for key, each in _below(value):
            yield from _from(each, [*path, key])


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and cast("dict[str, Any]", value).get(_SIGNATURE) == _SECRET


def _below(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).items()
    return enumerate(cast("list[Any]", value)) if isinstance(value, list) else ()


def _wire_names(others: Sequence[Any], named: dict[str, Any]) -> Callable[[str], str]:
    """How the SDK translates the names of the top-level properties."""
    import pulumi  # noqa: PLC0415  imported by now

    transformer: Callable[[str], str] | None = others[0] if others else named.get("input_transformer")
    typ = others[1] if len(others) > 1 else named.get("typ")
    if typ is None:
        return transformer or str
    sdk: Any = pulumi
    known: dict[str, str] = sdk._types.input_type_py_to_pulumi_names(typ)  # noqa: SLF001  the SDK's own translation

    def translated(name: str) -> str:
        return known.get(name) or name

    return translated
