"""
Small plans, as rules declare them: resources by name, with references between them.

    Sketch(server=(SERVER, {...}), database=(DATABASE, {"serverName": Ref("server", "name")}))

`Ref` stands for an output that a preview does not know, `DEPENDS_ON` among the inputs for `depends_on`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_cloud.server.plan.planned import Origin, Planned, Position
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.server.wire import UNKNOWN

DEPENDS_ON: Final = "depends_on"
"""Among a sketched resource's inputs: the names of what it depends on without referring to it."""


@dataclass(frozen=True)
class Ref:
    """
    An output of another resource of the sketch, unknown in the preview: `Ref("server", "id")`.

    Attributes:
        name: the resource.
        attribute: its output in the SDK; None where the value is only made from one.
        also: further resources that the value is made from.
    """

    name: str
    attribute: str | None = "id"
    also: tuple[str, ...] = ()


Inputs = Mapping[str, Any]


class Sketch:
    """
    Resources by name, each with its token and its inputs on the wire.

    Args:
        resources: name to (token, inputs); `depends_on` among the inputs lists names.
    """

    def __init__(self, **resources: tuple[str, Inputs]) -> None:
        self.resources = resources

    def planned(self) -> Iterator[Planned]:
        """The resources as if a program had registered them, one a line."""
        urns = {name: f"urn:pulumi:example::example::{token}::{name}" for name, (token, _) in self.resources.items()}
        for line, (name, (token, inputs)) in enumerate(self.resources.items(), 1):
            waits_for = {urns[each] for each in inputs.get(DEPENDS_ON, ())}
            origins: dict[str, Origin] = {}
            given = {key: value for key, value in inputs.items() if key != DEPENDS_ON}
            known = _resolved(given, "", urns, origins)
            waits_for |= {urn for origin in origins.values() for urn in origin.resources}
            yield Planned(
                urn=urns[name],
                token=token,
                inputs=known,
                origins=origins,
                waits_for=frozenset(waits_for),
                position=Position("__main__.py", line),
            )


def _resolved(value: Any, path: str, urns: Mapping[str, str], origins: dict[str, Origin]) -> Any:
    if isinstance(value, Ref):
        made_of = tuple(urns[each] for each in (value.name, *value.also))
        origins[path] = Origin(made_of, None if value.also else value.attribute)
        return UNKNOWN
    if is_object(value):
        return {key: _resolved(each, f"{path}.{key}".lstrip("."), urns, origins) for key, each in value.items()}
    if is_list(value):
        return [_resolved(each, f"{path}[{index}]", urns, origins) for index, each in enumerate(value)]
    return value
