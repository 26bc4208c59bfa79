"""Dynamic resources of Python programs: planned as they are declared, without running the program's own provider."""

from __future__ import annotations

from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2

from local_cloud.server.package import Package
from local_cloud.server.provider import PLAN_ONLY, Provider
from local_cloud.server.wire import decode_struct

DYNAMIC: Final = Package(name="pulumi-python", distribution="pulumi", types=(), functions={})
_NOT_RUN: Final = (
    "dynamic resources are planned without running their provider's code, as it may do anything: nothing of them is checked, "
    "and what they return is unknown"
)


class DynamicProvider(Provider):
    """Answers for every dynamic resource."""

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> Any:
        """Takes everything."""
        self._session(context).say(_NOT_RUN, warning=True)
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> Any:
        """Whether any input changed; whether that makes a new resource only the code could tell."""
        changed = decode_struct(request.old_inputs) != decode_struct(request.news)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        )

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> Any:
        """The inputs; the rest is unknown."""
        if not request.preview:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, PLAN_ONLY)
        return provider_pb2.CreateResponse(id="", properties=request.properties)

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> Any:
        """The inputs; the rest is unknown."""
        if not request.preview:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, PLAN_ONLY)
        return provider_pb2.UpdateResponse(properties=request.news)

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> Any:
        """Refused."""
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, PLAN_ONLY)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Any:
        """Refused."""
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, PLAN_ONLY)
