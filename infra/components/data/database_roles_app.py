"""
The app that brings the database's roles to their declared state, with an identity that no other app shares.

Its init container runs the statements; its own container then does nothing, so that the replica, and with it the revision, becomes
ready only after they succeeded. Give this component to whatever signs in as one of the roles in `depends_on`. It has no ingress, and
the statements run again only when they, a password or the image change. Why it is an app and no job: docs/decisions/0011.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.components.apps.container_platform import WORKLOAD_PROFILE
from infra.components.apps.service_template import (
    Container,
    container_args,
    init_container_args,
    revision_suffix,
    secrets_of,
)

_CONTENT: Final = "ROLES_CONTENT"
"""The variable that changes with a secret's version; Azure makes no new revision of its own accord then."""
_GRACE_PERIOD_S: Final = 5
_REVISIONS_KEPT: Final = 2
# The trap ends it at once: the first process of a container ignores SIGTERM otherwise.
_IDLE: Final = "trap 'kill $!; exit 0' TERM; while :; do sleep 3600 & wait $!; done"


@dataclass(frozen=True, kw_only=True)
class DatabaseRolesAppArgs:
    """
    Where the app runs, and what it runs.

    Attributes:
        resource_group_name: Where it lives.
        location: The Azure region.
        app_name: 2 to 32 lower-case letters, digits and hyphens.
        environment_id: The environment that it runs in.
        tags: The project's tags.
        identity_id: The identity that pulls the image and reads the administrator's password; nothing else may have it.
        container: The container that makes the roles (`database_roles.roles_container`).
        registry_server: The registry that `identity_id` pulls from; None for a public image.
    """

    resource_group_name: Input[str]
    location: str
    app_name: str
    environment_id: Input[str]
    tags: Mapping[str, str]
    identity_id: Input[str]
    container: Container
    registry_server: Input[str] | None = None


class DatabaseRolesApp(ComponentResource):
    """One replica without ingress, whose init container makes the roles."""

    app_id: Output[str]

    def __init__(self, name: str, args: DatabaseRolesAppArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:DatabaseRolesApp", name, None, opts)
        idle = Container(name="idle", image=args.container.image, command=["/bin/sh", "-c"], args=[_IDLE], cpu=0.25)
        # No suffix of its own: a login that is given up brings an earlier template back, and Azure refuses a suffix that was used before.
        content = revision_suffix([idle, args.container], grace_period_s=_GRACE_PERIOD_S)
        roles = replace(args.container, env={**args.container.env, _CONTENT: content})
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
            template=azure.app.TemplateArgs(
                containers=[container_args(idle)],
                init_containers=[init_container_args(roles)],
                # One that scales to none would have nothing to wake it
                # (https://learn.microsoft.com/azure/container-apps/scale-app#default-scale-rule).
                scale=azure.app.ScaleArgs(min_replicas=1, max_replicas=1),
                termination_grace_period_seconds=_GRACE_PERIOD_S,
            ),
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        self.app_id = app.id
        self.register_outputs({"app_id": self.app_id})


def _configuration(args: DatabaseRolesAppArgs) -> azure.app.ConfigurationArgs:
    return azure.app.ConfigurationArgs(
        active_revisions_mode=azure.app.ActiveRevisionsMode.SINGLE,
        max_inactive_revisions=_REVISIONS_KEPT,
        secrets=secrets_of([args.container], args.identity_id),
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
    )
