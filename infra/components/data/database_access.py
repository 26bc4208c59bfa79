"""
A way for people to a database that only its network reaches: a job with psql, which exists only while somebody wants it.

It runs the statement that the configuration names, as the server's administrator, and its answer is in the logs. Who may start it is
decided by `operators`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.components.apps.container_platform import WORKLOAD_PROFILE
from infra.components.apps.service_template import Container, container_args, secrets_of
from infra.components.data.database_roles import ADMINISTRATOR_PASSWORD, DatabaseRolesArgs, session_port

_SCRIPT: Final = 'printf "%s" "$STATEMENT" | exec psql --no-psqlrc --set ON_ERROR_STOP=1'
_TIMEOUT_S: Final = 900


@dataclass(frozen=True, kw_only=True)
class DatabaseAccessArgs:
    """
    Where the job runs, and what it runs.

    Attributes:
        resource_group_name: Where it lives.
        location: The Azure region.
        job_name: 2 to 32 lower-case letters, digits and hyphens.
        environment_id: The environment that it runs in.
        tags: The project's tags.
        identity_id: The identity that pulls the image and reads the administrator's password; nothing else may have it.
        database: Where the database is.
        password_address: The address in the vault of that login's password.
        statement: What psql runs; no secret.
        registry_server: The registry that `identity_id` pulls from; None for a public image.
    """

    resource_group_name: Input[str]
    location: str
    job_name: str
    environment_id: Input[str]
    tags: Mapping[str, str]
    identity_id: Input[str]
    database: DatabaseRolesArgs
    password_address: Input[str]
    statement: str
    registry_server: Input[str] | None = None


class DatabaseAccess(ComponentResource):
    """A job that is started by hand."""

    job_id: Output[str]

    def __init__(self, name: str, args: DatabaseAccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:DatabaseAccess", name, None, opts)
        container = psql_container(args)
        job = azure.app.Job(
            f"{name}-job",
            resource_group_name=args.resource_group_name,
            job_name=args.job_name,
            location=args.location,
            environment_id=args.environment_id,
            workload_profile_name=WORKLOAD_PROFILE,
            identity=azure.app.ManagedServiceIdentityArgs(
                type=azure.app.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[args.identity_id]
            ),
            configuration=azure.app.JobConfigurationArgs(
                trigger_type=azure.app.TriggerType.MANUAL,
                replica_timeout=_TIMEOUT_S,
                replica_retry_limit=0,
                manual_trigger_config=azure.app.JobConfigurationManualTriggerConfigArgs(
                    parallelism=1, replica_completion_count=1
                ),
                secrets=secrets_of([container], args.identity_id),
                registries=(
                    [azure.app.RegistryCredentialsArgs(server=args.registry_server, identity=args.identity_id)]
                    if args.registry_server is not None
                    else []
                ),
                # The platform pulls and reads secrets with the identity; code in the container can get no token of it.
                identity_settings=[
                    azure.app.IdentitySettingsArgs(
                        identity=args.identity_id, lifecycle=azure.app.IdentitySettingsLifeCycle.NONE
                    )
                ],
            ),
            template=azure.app.JobTemplateArgs(containers=[container_args(container)]),
            tags=args.tags,
            opts=ResourceOptions(parent=self),
        )
        self.job_id = job.id
        self.register_outputs({"job_id": self.job_id})


def psql_container(args: DatabaseAccessArgs) -> Container:
    """The container that runs the statement; the password is in no argument."""
    return Container(
        name="psql",
        image=args.database.config.roles_image,
        command=["/bin/sh", "-ec"],
        args=[_SCRIPT],
        cpu=0.25,
        env={
            "PGHOST": args.database.host,
            "PGPORT": str(session_port(args.database.port)),
            "PGUSER": args.database.config.administrator,
            "PGDATABASE": args.database.database,
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": args.database.config.root_certificate,
            "PGCONNECT_TIMEOUT": "10",
            "STATEMENT": args.statement,
        },
        secrets={ADMINISTRATOR_PASSWORD: args.password_address},
    )
