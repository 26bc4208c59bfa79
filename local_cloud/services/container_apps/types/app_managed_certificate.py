"""Container Apps: a certificate that Azure gets and renews."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Combination, Pattern, part
from local_cloud.server.values.guids import stable_guid
from local_cloud.services.container_apps.rules.certificates_in_plan import MANAGED_CERTIFICATES_IN_PLAN
from local_cloud.services.container_apps.rules.secrets import DOCS
from local_cloud.services.container_apps.types.app_certificate import certificate_name
from local_cloud.services.container_apps.types.app_managed_environment import ENVIRONMENT_NAME

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_MANAGED = f"{DOCS}/custom-domains-managed-certificates"


class ManagedCertificate(AzureType):
    """A managed certificate for one host; another host is another certificate."""

    token = "azure-native:app:ManagedCertificate"
    path = "Microsoft.App/managedEnvironments/{environmentName}/managedCertificates/{managedCertificateName}"
    immutable = ("properties.subjectName", "properties.domainControlValidation")
    unseen: ClassVar = {
        "properties.subjectName": (
            "the authority does not see the record yet, a CAA record of the zone keeps it from issuing, or it "
            "has issued too many for the domain"
        ),
    }
    rules = (
        ENVIRONMENT_NAME,
        certificate_name("managedCertificateName"),
        Pattern(
            path="properties.subjectName",
            regex=r"(?=.{1,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
            says="a certificate's subject is one host name of at most 64 characters, no wildcard",
            source=_MANAGED,
            passes="api.ecent.online",
            fails="*.ecent.online",
        ),
        Combination(
            path="properties.subjectName",
            test=lambda inputs: (
                None
                not in {part(inputs, "properties").get(each) for each in ("subjectName", "domainControlValidation")}
            ),
            says="a managed certificate needs subjectName and domainControlValidation",
            source=_MANAGED,
            passes={"properties": {"subjectName": "ecent.online", "domainControlValidation": "HTTP"}},
            fails={"properties": {"subjectName": "ecent.online"}},
        ),
    )
    plan_rules = MANAGED_CERTIFICATES_IN_PLAN
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "environmentName": "cae-ignition-dev",
        "managedCertificateName": "api",
        "location": "westeurope",
        "properties": {"subjectName": "api.ecent.online", "domainControlValidation": "CNAME"},
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """The text with which TXT validation is answered."""
        return {
            "properties": {"provisioningState": "Succeeded", "validationToken": stable_guid("validation", resource_id)}
        }

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Issued by this machine's authority, once the host leads here."""
        parts.platform.put_managed_certificate(resource.id, resource.inputs["properties"]["subjectName"])
        return {}

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """Gone when the certificate was deleted."""
        return resource if parts.platform.certificate(resource.id) is not None else None

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Refused while a domain is bound to it."""
        parts.platform.delete_certificate(resource.id)
