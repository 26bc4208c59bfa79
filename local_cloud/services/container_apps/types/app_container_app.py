"""Container Apps: an app."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType, verification_id
from local_cloud.packages.azure_native.shared import NAME_RULES
from local_cloud.runtime.errors import CloudRefusal
from local_cloud.server.generic import outputs
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern, Range, Related, Rule, Valid, part
from local_cloud.services.container_apps.rules.access_in_plan import APPS_ACCESS
from local_cloud.services.container_apps.rules.apps_in_plan import APPS_IN_ENVIRONMENT
from local_cloud.services.container_apps.rules.containers import CONTAINER_RULES, DOCS, example_of
from local_cloud.services.container_apps.rules.domains_in_plan import DOMAINS_IN_PLAN
from local_cloud.services.container_apps.rules.first_reads_in_plan import APPS_FIRST_READS
from local_cloud.services.container_apps.rules.ingress import ENVIRONMENT_ID, EXAMPLE_INGRESS, INGRESS_RULES
from local_cloud.services.container_apps.rules.private_ways_in_plan import APPS_WAYS
from local_cloud.services.container_apps.specs import app_of

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_EXAMPLE: Final = example_of()


def _scale(inputs: Inputs) -> Any:
    return part(part(inputs, "template"), "scale")


def _scales_upwards(inputs: Inputs) -> bool:
    scale = _scale(inputs)
    return (scale.get("minReplicas") or 0) <= (scale.get("maxReplicas") or 10)


def _revision_name_fits(inputs: Inputs) -> bool:
    suffix = part(inputs, "template").get("revisionSuffix")
    return not suffix or len(f"{inputs['containerAppName']}--{suffix}") <= 54


def _scales_on_one_thing(rule: Any, _inputs: Inputs) -> bool:
    kinds = [kind for kind in ("http", "tcp", "azureQueue", "custom") if rule.get(kind) is not None]
    return bool(rule.get("name")) and len(kinds) == 1


_SCALING: Final[tuple[Rule, ...]] = (
    Range(
        path="template.scale.minReplicas",
        least=0,
        most=1000,
        says="an app has 0 to 1000 replicas at least",
        source=f"{DOCS}/scale-app",
        passes=0,
        fails=-1,
    ),
    Range(
        path="template.scale.maxReplicas",
        least=1,
        most=1000,
        says="an app has 1 to 1000 replicas at most",
        source=f"{DOCS}/scale-app",
        passes=1000,
        fails=0,
    ),
    Combination(
        path="template.scale.minReplicas",
        test=_scales_upwards,
        says="minReplicas is not above maxReplicas, which is 10 where it is left out",
        source=f"{DOCS}/scale-app",
        passes={"template.scale": {"minReplicas": 2, "maxReplicas": 2}},
        fails={"template.scale": {"minReplicas": 3, "maxReplicas": 2}},
    ),
    Related(
        path="template.scale.rules[]",
        test=_scales_on_one_thing,
        says="a scale rule has a name and one of http, tcp, azureQueue and custom",
        source=f"{DOCS}/scale-app#scale-rules",
        passes={"template.scale": {"rules": [{"name": "http", "http": {"metadata": {"concurrentRequests": "50"}}}]}},
        fails={"template.scale": {"rules": [{"name": "http"}]}},
    ),
    Valid(
        path="template.scale.rules[].http.metadata",
        test=lambda metadata: str(metadata.get("concurrentRequests", "")).isdecimal(),
        says="an http rule's metadata holds concurrentRequests, a number as text",
        source=f"{DOCS}/scale-app#http",
        passes={"concurrentRequests": "50"},
        fails={"concurrent_requests": "50"},
    ),
)


class ContainerApp(AzureType):
    """An app; the environment that it runs in is decided once."""

    token = "azure-native:app:ContainerApp"
    path = "Microsoft.App/containerApps/{containerAppName}"
    create_only = ("environmentId", "managedEnvironmentId", "kind")
    unseen: ClassVar = {
        "template.containers[].image": (
            "the image or its tag is not there, is for another processor, or its registry refuses the "
            "credentials; the app starts and ends at once"
        ),
        "template.containers[].resources.cpu": "the subscription's quota of cores in the region or the environment is used up",
        "configuration.ingress.customDomains": "the host is bound in another environment, or its TXT record is not visible to Azure yet",
    }
    rules = (
        Pattern(
            path="containerAppName",
            regex=r"(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]",
            says="an app's name has 2 to 32 lower-case letters, digits and single hyphens, begins with a letter "
            "and ends with a letter or digit",
            source=f"{NAME_RULES}#microsoftapp",
            passes="ca-ignition-dev-api",
            fails="ca--api",
        ),
        ENVIRONMENT_ID,
        Combination(
            path="environmentId",
            test=lambda inputs: (inputs.get("environmentId") is None) != (inputs.get("managedEnvironmentId") is None),
            says="an app needs an environmentId (managedEnvironmentId is its older name; not both)",
            source=f"{DOCS}/environment",
            passes={"environmentId": None, "managedEnvironmentId": _EXAMPLE["environmentId"]},
            fails={"environmentId": None},
        ),
        Pattern(
            path="template.revisionSuffix",
            regex=r"(?!.*--)[a-z]([a-z0-9-]*[a-z0-9])?",
            says="a revision's suffix has lower-case letters, digits and single hyphens, begins with a letter "
            "and ends with a letter or digit",
            source=f"{DOCS}/revisions#name-suffix",
            passes="r1a2b3c4",
            fails="1a2b3c4",
        ),
        Combination(
            path="template.revisionSuffix",
            test=_revision_name_fits,
            says="the app's name, two hyphens and the suffix have at most 54 characters together",
            source="https://github.com/microsoft/azure-container-apps/issues/1443",
            passes={"template.revisionSuffix": "r1a2b3c4"},
            fails={"template.revisionSuffix": f"r{'0' * 40}"},
        ),
        Range(
            path="template.terminationGracePeriodSeconds",
            least=0,
            most=600,
            says="the grace period is 0 to 600 seconds",
            source=f"{DOCS}/application-lifecycle-management#shutdown",
            passes=60,
            fails=601,
        ),
        Range(
            path="configuration.maxInactiveRevisions",
            least=0,
            most=100,
            says="0 to 100 inactive revisions are kept",
            source=f"{DOCS}/revisions",
            passes=10,
            fails=101,
        ),
        Range(
            path="configuration.revisionTransitionThreshold",
            least=1,
            most=100,
            says="the threshold is 1 to 100 percent",
            source="https://learn.microsoft.com/azure/templates/microsoft.app/2025-02-02-preview/containerapps",
            passes=100,
            fails=0,
        ),
        *(
            Range(
                path=f"configuration.dapr.appHealth.{name}",
                least=1,
                most=2**31 - 1,
                says="Dapr's health checks count from 1",
                source="https://learn.microsoft.com/azure/templates/microsoft.app/2025-02-02-preview/containerapps",
                passes=5,
                fails=0,
            )
            for name in ("probeIntervalSeconds", "probeTimeoutMilliseconds", "threshold")
        ),
        *CONTAINER_RULES,
        *_SCALING,
        *INGRESS_RULES,
    )
    plan_rules = (*APPS_IN_ENVIRONMENT, *DOMAINS_IN_PLAN, *APPS_ACCESS, *APPS_FIRST_READS, *APPS_WAYS)
    example: ClassVar = {
        **_EXAMPLE,
        "configuration": {**_EXAMPLE["configuration"], "activeRevisionsMode": "Single", "ingress": EXAMPLE_INGRESS},
        "template": {
            **_EXAMPLE["template"],
            "scale": {
                "minReplicas": 1,
                "maxReplicas": 3,
                "rules": [{"name": "http", "http": {"metadata": {"concurrentRequests": "50"}}}],
            },
        },
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """Host names and revision; the environment's domain follows from what was recorded of it."""
        name = inputs["containerAppName"]
        domain = self._domain(call, inputs)
        suffix = part(inputs, "template").get("revisionSuffix") or _invented_suffix(inputs)
        found: Outputs = {
            "customDomainVerificationId": verification_id(self.subscription(call)),
            "latestRevisionName": f"{name}--{suffix}",
            "latestReadyRevisionName": f"{name}--{suffix}",
            "runningStatus": "Running",
        }
        ingress = part(inputs, "configuration").get("ingress")
        if not ingress or domain is None:
            return found
        host = f"{name}.{domain}" if ingress.get("external") else f"{name}.internal.{domain}"
        fqdn = {
            "configuration": {"ingress": {"fqdn": host}},
            "latestRevisionFqdn": host.replace(name, f"{name}--{suffix}", 1),
        }
        return outputs.merged(found, fqdn)

    @staticmethod
    def _domain(call: Call, inputs: Inputs) -> str | None:
        environment = call.cloud.records.get(inputs.get("environmentId") or inputs["managedEnvironmentId"])
        return environment.outputs.get("defaultDomain") if environment is not None else None

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Processes of this machine behind its ingress; returns when the new revision serves."""
        status = parts.platform.put_app(app_of(resource.inputs))
        revisions = {
            "latestRevisionName": status.latest_revision,
            "latestReadyRevisionName": status.latest_ready_revision,
            "latestRevisionFqdn": status.latest_revision_fqdn,
        }
        return {key: value for key, value in revisions.items() if value is not None}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Ended gracefully."""
        parts.platform.delete_app(resource.inputs["containerAppName"])
        parts.identity.forget_app(resource.inputs["containerAppName"])

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the app was deleted."""
        try:
            parts.platform.spec(resource.inputs["containerAppName"])
        except CloudRefusal:
            return None
        return resource


def _invented_suffix(inputs: Inputs) -> str:
    """A suffix that changes with the template, as the service's own does."""
    template = json.dumps(inputs.get("template"), sort_keys=True, default=str)
    return hashlib.sha256(template.encode()).hexdigest()[:7]
