"""
Runs a policy pack over registered resources; a module of its own process (`python -m`), which has the SDKs imported already.

Standard input has a request, standard output gets the answer, both JSON. The pack runs as the SDK's own policy runner would run it,
and the SDK's own analyzer asks its policies; only the way there is shorter: no server, and every resource is read once and not once
for each policy.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import runpy
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any, NoReturn

from pulumi.runtime.proto import analyzer_pb2

from local_cloud.policies.resources import resources_of
from local_cloud.server.plan.planned import Registrations


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    What to run.

    Attributes:
        pack: the pack's directory.
        project, stack, organization: what the program runs as.
        config: the stack's configuration.
        registrations: what the recorder wrote, in base64.
        whole: whether the program ended well, so that policies on the whole stack can be asked.
    """

    pack: str
    project: str
    stack: str
    organization: str
    config: Mapping[str, str]
    registrations: str
    whole: bool


@dataclass(frozen=True, kw_only=True)
class Violation:
    """
    What a policy says of a resource, or of the stack where `urn` is empty.

    Attributes:
        policy: its id.
        urn: the resource.
        message: the policy's description and what is wrong.
        mandatory: whether it fails the preview.
        severity: low, medium, high, critical; empty where the policy has none.
        remedy, source: what the policy says of them.
    """

    policy: str
    urn: str
    message: str
    mandatory: bool
    severity: str
    remedy: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """
    What a pack came to.

    Attributes:
        pack: its name.
        policies: how many it asked.
        violations: what they said.
        not_run: policies that gave up, with their reason.
        error: why the pack did not run at all; empty where it did.
    """

    pack: str = ""
    policies: int = 0
    violations: list[Any]
    not_run: list[str]
    error: str = ""


class _Loaded(BaseException):
    """The pack is there; nothing of it runs on, as the SDK's own constructor never returns."""


def analyzed(request: Request) -> Answer:
    """Loads the pack and asks its policies."""
    _become(request)
    try:
        analyzer = _load(request.pack)
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a pack raises is shown
        return Answer(violations=[], not_run=[], error=f"{type(error).__name__}: {error}")
    if analyzer is None:
        return Answer(violations=[], not_run=[], error="its program declares no PolicyPack")
    return _asked(analyzer, request)


def _become(request: Request) -> None:
    """As the SDK's policy runner finds the stack."""
    os.environ |= {
        "PULUMI_PROJECT": request.project,
        "PULUMI_STACK": request.stack,
        "PULUMI_ORGANIZATION": request.organization or "organization",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
    }
    import pulumi  # noqa: PLC0415  the variables come first

    for name, value in request.config.items():
        pulumi.runtime.set_config(name, value)
    settings = pulumi.runtime.Settings(
        project=request.project,
        stack=request.stack,
        organization=os.environ["PULUMI_ORGANIZATION"],
        dry_run=True,
    )
    pulumi.runtime.configure(settings)


def _load(pack: str) -> Any:
    """The analyzer that the pack's program makes; None where it makes none."""
    module: Any = importlib.import_module("pulumi_policy.policy")
    made: list[Any] = []

    def keep(analyzer: Any, _server: object) -> NoReturn:
        made.append(analyzer)
        raise _Loaded

    module.grpc = SimpleNamespace(server=_no_server)
    module.analyzer_pb2_grpc = SimpleNamespace(add_AnalyzerServicer_to_server=keep)
    _read_nothing_twice(module)
    os.chdir(pack)
    sys.argv = [pack]
    try:
        runpy.run_path(pack, run_name="__main__")
    except _Loaded:
        return made[0]
    return None


def _read_nothing_twice(module: Any) -> None:
    """The analyzer takes a resource apart for each policy; here that has been done when it is asked."""
    for name in ("deserialize_properties", "unknown_checking_proxy"):
        setattr(module, name, _itself)
    module.json_format = SimpleNamespace(MessageToDict=_itself)
    analyzer = module._PolicyAnalyzerServicer  # noqa: SLF001  it has no public name
    analyzer._configure_runtime_settings = _itself  # noqa: SLF001  likewise
    analyzer._get_resource_options = _options_of  # noqa: SLF001  likewise
    analyzer._get_provider_resource = _provider_of  # noqa: SLF001  likewise


def _options_of(_analyzer: object, resource: Any) -> Any:
    return resource.options


def _provider_of(_analyzer: object, resource: Any) -> Any:
    return resource.provider


def _no_server(*_: object, **__: object) -> None:
    pass


def _itself(value: Any) -> Any:
    return value


def _asked(analyzer: Any, request: Request) -> Answer:
    """As the engine asks: the pack's own configuration first, then each resource, then the stack."""
    info = analyzer.GetAnalyzerInfo(None, None)
    analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=info.initialConfig), None)
    registrations = Registrations(request.project, request.stack)
    registrations.add(base64.b64decode(request.registrations))
    resources = list(resources_of(registrations))
    found = [(each.urn, analyzer.Analyze(each, None).diagnostics) for each in resources]
    if request.whole:
        found.append(("", analyzer.AnalyzeStack(SimpleNamespace(resources=resources), None).diagnostics))
    declared = {each.name: each for each in info.policies}
    diagnostics = [(urn, each) for urn, listed in found for each in listed]
    return Answer(
        pack=info.name,
        policies=sum(each.enforcementLevel != analyzer_pb2.DISABLED for each in info.policies),
        violations=[_violation(urn, each, declared) for urn, each in diagnostics if not _gave_up(each)],
        not_run=sorted({each.message for _, each in diagnostics if _gave_up(each)}),
    )


def _gave_up(diagnostic: Any) -> bool:
    """A policy that read a value which a preview does not know; the SDK says so in these words."""
    return diagnostic.message.startswith("can't run policy '")


def _violation(urn: str, diagnostic: Any, declared: Mapping[str, Any]) -> Violation:
    policy = declared[diagnostic.policyName]
    return Violation(
        policy=diagnostic.policyName,
        urn=diagnostic.urn or urn,
        message=diagnostic.message,
        mandatory=diagnostic.enforcementLevel == analyzer_pb2.MANDATORY,
        severity=_severity(diagnostic.severity),
        remedy=policy.remediation_steps,
        source=policy.url,
    )


def _severity(number: Any) -> str:
    names: Any = analyzer_pb2.PolicySeverity
    name: str = names.Name(number)
    word = name.removeprefix("POLICY_SEVERITY_").lower()
    return "" if word == "unspecified" else word


def main() -> None:
    """One request, one answer; what the pack prints goes to standard error."""
    output, sys.stdout = sys.stdout, sys.stderr
    answer = analyzed(Request(**json.load(sys.stdin)))
    output.write(json.dumps(asdict(answer)))
    output.flush()


if __name__ == "__main__":
    main()
