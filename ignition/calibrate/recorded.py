"""
A run of the engine as it was recorded: an exported state, an event log, or the JSON of a preview or an update.

Secrets end here: wherever the engine marks a value, what is read is unknown, and nothing of it goes any further.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ignition.report.masking import MASK
from local_cloud.plan.throwaway import REDACTED
from local_cloud.server.values.shapes import is_dict, is_list
from local_cloud.server.wire import UNKNOWN, Secret

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"
_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_MASK: Final = "[secret]"
_SHORTEST: Final = 6
_MARKUP: Final = re.compile(r"<\{%.*?%\}>")
_NOT_RESOURCES: Final = ("pulumi:pulumi:", "pulumi:providers:")
_EVENTS: Final = (
    "preludeEvent",
    "resourcePreEvent",
    "resOutputsEvent",
    "resOpFailedEvent",
    "diagnosticEvent",
    "summaryEvent",
)


class RecordError(Exception):
    """The file is no record of a run of this stack; the message says what it is and what can be read."""


@dataclass
class Seen:
    """
    One resource of a recorded run.

    Attributes:
        urn: its URN.
        token: its type.
        inputs: what it was given; secrets are unknown.
        old_inputs: what it was given before, where the run changed it.
        outputs: what the cloud answered; None where it did not come to that.
        waits_for: URNs that it depends on. An event log does not say: there, everything that came before.
        custom: whether a provider made it; otherwise it is a component.
        failures: why the cloud or its provider refused it.
    """

    urn: str
    token: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    old_inputs: Mapping[str, Any] | None = None
    outputs: Mapping[str, Any] | None = None
    waits_for: frozenset[str] = frozenset()
    custom: bool = True
    failures: list[str] = field(default_factory=list[str])

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass(frozen=True)
class Recorded:
    """
    A run.

    Attributes:
        form: what kind of record it is, for people.
        deployed: whether it made things and did not only plan them.
        resources: in the order of the record.
        further: errors that belong to no resource.
        secrets: values that the record has in clear text and calls secret, to strike out of what is told.
    """

    form: str
    deployed: bool
    resources: Sequence[Seen]
    further: Sequence[str]
    secrets: Sequence[str] = field(default=(), repr=False)

    def told(self, text: str) -> str:
        """A text without any of the secrets, wherever else the record repeats one."""
        for each in self.secrets:
            text = text.replace(each, MASK)
        return text


def read(file: Path, project: str, stack: str) -> Recorded:
    """
    Reads a record.

    Args:
        file: the record; only read.
        project: the project's name; a record of another one is refused.
        stack: the stack's short name, likewise.

    Raises:
        RecordError: it is no record, is damaged, or is about another stack.
    """
    try:
        text = file.read_text()
    except OSError as error:
        raise RecordError(f"{file} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        raise RecordError(_no_record(file)) from None
    found = _of_document(text) or _of_events(text)
    if found is None or not (found.resources or found.further):
        raise RecordError(_no_record(file))
    for each in found.resources:
        _refuse_foreign(each.urn, file, project, stack)
    return replace(found, secrets=_clear_texts(text))


def _clear_texts(text: str) -> list[str]:
    """What `pulumi stack export --show-secrets` shows; the longest first, and none that ordinary words contain."""
    if '"plaintext"' not in text:
        return []
    found: set[str] = set()
    for line in text.splitlines() if text.count("\n{") else [text]:
        with contextlib.suppress(ValueError):
            found |= set(_marked(json.loads(line)))
    return sorted((each for each in found if len(each) >= _SHORTEST), key=len, reverse=True)


def _marked(value: Any) -> Iterator[str]:
    if is_dict(value) and value.get(_SIGNATURE) == _SECRET and isinstance(value.get("plaintext"), str):
        with contextlib.suppress(ValueError):
            yield from _texts(json.loads(value["plaintext"]))
    elif is_dict(value):
        for each in value.values():
            yield from _marked(each)
    elif is_list(value):
        for each in value:
            yield from _marked(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_dict(value) or is_list(value):
        for each in value.values() if is_dict(value) else value:
            yield from _texts(each)


def _no_record(file: Path) -> str:
    return (
        f"{file} is no record of a run: it is neither an exported state (`pulumi stack export`), nor an event log "
        "(`pulumi up --event-log FILE`), nor the engine's JSON (`pulumi preview --json`, `pulumi up --json`)"
    )


def _refuse_foreign(urn: str, file: Path, project: str, stack: str) -> None:
    own_stack, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
    own_project = rest.partition("::")[0]
    if (own_project, own_stack) != (project, stack):
        raise RecordError(
            f"{file} is the record of stack '{own_stack}' of project '{own_project}', not of stack '{stack}' of project "
            f"'{project}'; name the stack it belongs to"
        )


def _of_document(text: str) -> Recorded | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    if not is_dict(document):
        return None
    deployment = document.get("deployment")
    if is_dict(deployment):
        states = _dicts(deployment.get("resources"))
        return Recorded("an exported state", True, [s for each in states if (s := _state(each, deployed=True))], [])
    if not is_list(document.get("steps")) and not is_list(document.get("diagnostics")):
        return None
    seen: dict[str, Seen] = {}
    for step in _dicts(document.get("steps")):
        new = step.get("newState")
        made = _state(new, deployed=False) if is_dict(new) else None
        if made is not None:
            made.old_inputs = _old(step.get("op"), step.get("oldState"))
            seen[made.urn] = made
    return Recorded("the JSON of a preview", False, *_with_errors(seen, list(_dicts(document.get("diagnostics")))))


def _of_events(text: str) -> Recorded | None:
    seen: dict[str, Seen] = {}
    diagnostics: list[Mapping[str, Any]] = []
    is_log, planning = False, False
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            event: Any = json.loads(line) if line.strip() else dict[str, Any]()
        except ValueError:
            if number == len(lines) and is_log:
                break  # the run was killed while it wrote
            return None
        if not is_dict(event):
            return None
        is_log = is_log or any(each in event for each in _EVENTS)
        if is_dict(event.get("diagnosticEvent")):
            diagnostics.append(event["diagnosticEvent"])
        for kind in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"):
            if is_dict(event.get(kind)):
                planning = planning or bool(event[kind].get("planning"))
                _note(seen, kind, event[kind], planning=planning)
    if not is_log:
        return None
    return Recorded("an event log", not planning, *_with_errors(seen, diagnostics))


def _note(seen: dict[str, Seen], kind: str, event: Mapping[str, Any], *, planning: bool) -> None:
    metadata = event.get("metadata")
    if not is_dict(metadata) or not is_dict(metadata.get("new")):
        return
    made = _state(metadata["new"], deployed=kind == "resOutputsEvent" and not planning)
    if made is None:
        return
    made.old_inputs = _old(metadata.get("op"), metadata.get("old"))
    before = seen.get(made.urn)
    if before is not None:
        made.failures = before.failures
        made.outputs = made.outputs if made.outputs is not None else before.outputs
        made.waits_for = before.waits_for
    else:
        made.waits_for |= frozenset(seen)
    if kind == "resOpFailedEvent" and not made.failures:
        made.failures = [""]  # the diagnostic says why
    seen[made.urn] = made


def _with_errors(seen: dict[str, Seen], diagnostics: Sequence[Mapping[str, Any]]) -> tuple[list[Seen], list[str]]:
    further: list[str] = []
    for each in diagnostics:
        if each.get("severity") != "error":
            continue
        text = _MARKUP.sub("", str(each.get("message", ""))).strip()
        resource = seen.get(str(each.get("urn", "")))
        if resource is None:
            further.append(text)
        else:
            resource.failures = [*filter(None, resource.failures), text]
    return list(seen.values()), further


def _state(state: Mapping[str, Any], *, deployed: bool) -> Seen | None:
    """None for the stack, for providers, and for what a program only reads."""
    token, urn = str(state.get("type", "")), str(state.get("urn", ""))
    if not urn or token.startswith(_NOT_RESOURCES) or state.get("external"):
        return None
    outputs = state.get("outputs")
    return Seen(
        urn=urn,
        token=token,
        inputs=_inputs(state),
        outputs=_without_secrets(outputs) if deployed and is_dict(outputs) and outputs else None,
        waits_for=frozenset(_needs(state)),
        custom=bool(state.get("custom")),
    )


def _needs(state: Mapping[str, Any]) -> Iterator[str]:
    if state.get("parent"):
        yield str(state["parent"])
    for listed in (state.get("dependencies"), *dict(state.get("propertyDependencies") or {}).values()):
        yield from (str(each) for each in listed or ())


def _old(operation: Any, state: Any) -> Mapping[str, Any] | None:
    return _inputs(state) if operation == "update" and is_dict(state) else None


def _inputs(state: Mapping[str, Any]) -> dict[str, Any]:
    inputs = state.get("inputs")
    return _without_secrets(inputs) if is_dict(inputs) else {}


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        if value == _MASK or REDACTED in value:
            return Secret(UNKNOWN)
        return UNKNOWN if _UNKNOWN_TEXT in value else value
    if is_dict(value):
        if value.get(_SIGNATURE) == _SECRET:
            return Secret(UNKNOWN)
        return {key: _without_secrets(each) for key, each in value.items() if not key.startswith("__")}
    return [_without_secrets(each) for each in value] if is_list(value) else value


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    yield from (each for each in value if is_dict(each)) if is_list(value) else ()
