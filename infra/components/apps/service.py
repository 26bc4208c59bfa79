"""
One app: its containers, scale, secrets, and the hosts that it answers for.

Identity, registry, vault secrets and certificates exist before and come in; this component only refers to them. Roles must have
taken effect before the app is made, because Azure reads every vault secret then: give what grants them in `depends_on`. DNS is
`edge`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.components.apps.container_platform import WORKLOAD_PROFILE
from infra.components.apps.service_template import (
    Container,
    container_args,
    init_container_args,
    revision_suffix,
    scale_args,
    secrets_of,
)
from infra.config.sections.apps import ServiceSection
from infra.names import revision_name


@dataclass(frozen=True, kw_only=True)
class CustomDomain:
    """
    A host that the app answers for.

    Attributes:
        host: The full name.
        certificate_id: The certificate to bind; None where Azure gets and renews one itself.
    """

    host: str
    certificate_id: Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """
    What the app is to be.

    Attributes:
        config: Port, probes, scale and traffic of the app.
        resource_group_name: Where it lives.
        location: The Azure region.
        app_name: 2 to 32 lower-case letters, digits and hyphens; also the first label of its own address.
        environment_id: The environment that it runs in.
        environment_name: The same environment's name.
        tags: The project's tags.
        identity_id: The user-assigned identity that pulls the image and reads the vault.
        container: The app's container.
        init_containers: Run to their end, in order, before the container starts, in every replica.
        registry_server: The registry that `identity_id` pulls from; None while only public images are used.
        custom_domains: Every host. One that is left out on an update is unbound.
        allowed_ranges: IPv4 ranges that may connect; empty lets everybody in.
        max_inactive_revisions: How many past revisions are kept to go back to.
    """

    config: ServiceSection
    resource_group_name: Input[str]
    location: str
    app_name: str
    environment_id: Input[str]
    environment_name: Input[str]
    tags: Mapping[str, str]
    identity_id: Input[str]
    container: Container
    init_containers: Sequence[Container] = ()
    registry_server: Input[str] | None = None
    custom_domains: Sequence[CustomDomain] = ()
    allowed_ranges: Sequence[str]
    max_inactive_revisions: int = 5

    def __post_init__(self) -> None:
        managed = [each.host for each in self.custom_domains if each.certificate_id is None]
        if managed and self.allowed_ranges:
            raise ValueError(
                f"{self.app_name}: {', '.join(managed)} gets its certificate from Azure, whose authority must reach the app: "
                "give no allowed_ranges, or bring a certificate"
            )
        names = [each.name for each in self.init_containers]
        if self.container.name in names or len(set(names)) < len(names):
            raise ValueError(f"{self.app_name}: containers need distinct names, not {[self.container.name, *names]}")


class Service(ComponentResource):
    """A container app, and the certificates that Azure gets for its hosts."""

    app_id: Output[str]
    fqdn: Output[str]
    latest_revision: Output[str]

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Service", name, None, opts)
        app = azure.app.ContainerApp(
            f"{name}-app",
            resource_group_name=args.resource_group_name,
            container_app_name=args.app_name,
            location=args.location,
            environment_id=args.environment_id,
            workload_profile_name=WORKLOAD_PROFILE,
            identity=azure.app.ManagedServiceIdentityArgs(
                type=azure.app.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[args.identity_id]
            ),
            configuration=_configuration(args),
            template=_template(args),
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        for domain in args.custom_domains:
            if domain.certificate_id is None:
                self._managed_certificate(name, args, domain.host, app)
        self.app_id = app.id
        self.fqdn = app.configuration.apply(_fqdn)
        self.latest_revision = app.latest_revision_name
        self.register_outputs({"app_id": self.app_id, "fqdn": self.fqdn, "latest_revision": self.latest_revision})

    def _managed_certificate(self, name: str, args: ServiceArgs, host: str, app: azure.app.ContainerApp) -> None:
        # After the app: Azure issues it only for a host that an app of the environment has been told to answer for, and binds it
        # by itself, since the app asks for the binding "Auto".
        azure.app.ManagedCertificate(
            f"{name}-{host}-certificate",
            resource_group_name=args.resource_group_name,
            environment_name=args.environment_name,
            managed_certificate_name=host.replace(".", "-")[:60].rstrip("-"),
            location=args.location,
            properties=azure.app.ManagedCertificatePropertiesArgs(
                subject_name=host,
                domain_control_validation=azure.app.ManagedCertificateDomainControlValidation.CNAME,
            ),
            tags=args.tags,
            opts=ResourceOptions(
                parent=self,
                depends_on=[app],
                # Azure refuses to delete a certificate in use, and the app that uses it goes after it: the environment takes the
                # certificate along (https://github.com/rajbos/ai-engineering-fluency/pull/739).
                deleted_with=app,
            ),
        )


def _configuration(args: ServiceArgs) -> azure.app.ConfigurationArgs:
    containers = [args.container, *args.init_containers]
    return azure.app.ConfigurationArgs(
        active_revisions_mode=(
            azure.app.ActiveRevisionsMode.SINGLE
            if args.config.traffic is None
            else azure.app.ActiveRevisionsMode.MULTIPLE
        ),
        max_inactive_revisions=args.max_inactive_revisions,
        secrets=secrets_of(containers, args.identity_id),
        registries=(
            [azure.app.RegistryCredentialsArgs(server=args.registry_server, identity=args.identity_id)]
            if args.registry_server is not None
            else []
        ),
        # The platform pulls and reads secrets with the identity; code in the containers can get no token of it.
        identity_settings=[
            azure.app.IdentitySettingsArgs(
                identity=args.identity_id, lifecycle=azure.app.IdentitySettingsLifeCycle.NONE
            )
        ],
        ingress=azure.app.IngressArgs(
            external=True,
            target_port=args.config.port,
            transport=azure.app.IngressTransportMethod.HTTP,
            allow_insecure=False,
            traffic=_weights(args),
            custom_domains=[_binding(each) for each in args.custom_domains],
            ip_security_restrictions=[
                azure.app.IpSecurityRestrictionRuleArgs(
                    name=f"allow-{number:02}", action=azure.app.Action.ALLOW, ip_address_range=network
                )
                for number, network in enumerate(args.allowed_ranges, start=1)
            ],
        ),
    )


def _weights(args: ServiceArgs) -> list[azure.app.TrafficWeightArgs]:
    if args.config.traffic is None:
        return [azure.app.TrafficWeightArgs(latest_revision=True, weight=100)]
    # Both entries stay at any share: the former revision is to keep running at 0 percent too, to go back to at once.
    return [
        azure.app.TrafficWeightArgs(latest_revision=True, weight=args.config.traffic.latest),
        azure.app.TrafficWeightArgs(
            revision_name=revision_name(args.app_name, args.config.traffic.former),
            weight=100 - args.config.traffic.latest,
        ),
    ]


def _binding(domain: CustomDomain) -> azure.app.CustomDomainArgs:
    if domain.certificate_id is None:
        return azure.app.CustomDomainArgs(name=domain.host, binding_type=azure.app.BindingType.AUTO)
    return azure.app.CustomDomainArgs(
        name=domain.host, binding_type=azure.app.BindingType.SNI_ENABLED, certificate_id=domain.certificate_id
    )


def _template(args: ServiceArgs) -> azure.app.TemplateArgs:
    return azure.app.TemplateArgs(
        revision_suffix=revision_suffix(
            [args.container, *args.init_containers],
            args.config,
            grace_period_s=args.config.grace_period_s,
        ),
        containers=[container_args(args.container, args.config)],
        init_containers=[init_container_args(each) for each in args.init_containers],
        scale=scale_args(args.config),
        termination_grace_period_seconds=args.config.grace_period_s,
    )


def _fqdn(configuration: azure.app.outputs.ConfigurationResponse | None) -> str:
    if configuration is None or configuration.ingress is None:
        raise ValueError("Azure returned an app without ingress, although one was asked for")
    return configuration.ingress.fqdn
