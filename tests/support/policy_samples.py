"""Resources of a rule's examples, given to the real library's analyzer as the engine gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policy.pack import policies
from policy.rule import Rule, Sample
from policy.stages import Stage

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def urn(sample: Sample) -> str:
    """As the engine makes it."""
    return f"urn:pulumi:prod::ignition::{sample.token}::{sample.name}"


def message(sample: Sample, every: Sequence[Sample]) -> analyzer_pb2.AnalyzerResource:
    """The engine's message of a resource."""
    by_name = {each.name: urn(each) for each in every}
    properties = struct_pb2.Struct()
    properties.update(sample.props)
    return analyzer_pb2.AnalyzerResource(
        type=sample.token,
        urn=urn(sample),
        name=sample.name,
        properties=properties,
        options=analyzer_pb2.AnalyzerResourceOptions(protect=sample.protect),
        propertyDependencies={
            path: analyzer_pb2.AnalyzerPropertyDependencies(urns=[by_name[name] for name in names])
            for path, names in sample.comes_from.items()
        },
    )


def diagnostics(rule: Rule, samples: Sequence[Sample], stage: Stage) -> list[Any]:
    """What the real analyzer says of a stack, of one rule."""
    pack = policies([rule], stage, [])
    analyzer = _PolicyAnalyzerServicer("trial", "0.0.1", pack, EnforcementLevel.ADVISORY)
    messages = [message(each, samples) for each in samples]
    single = [each for one in messages for each in analyzer.Analyze(one, None).diagnostics]
    whole = analyzer.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=messages), None).diagnostics
    return [*single, *whole]
