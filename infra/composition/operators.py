"""What people may do by hand, and the way to the database for as long as it is wanted."""

from __future__ import annotations

from infra.components.access.operators import Operators, OperatorsArgs
from infra.components.data.database_access import DatabaseAccess, DatabaseAccessArgs
from infra.components.data.database_roles import ADMINISTRATOR_PASSWORD
from infra.composition.apps import Apps, registry_server
from infra.composition.data import Data
from infra.composition.foundation import OPERATORS, Foundation
from infra.composition.settings import AppSettings
from infra.composition.stack import Stack


def make_operators(stack: Stack, foundation: Foundation, data: Data, settings: AppSettings, apps: Apps) -> None:
    """Declare what the configuration asks for; by default nobody is let in, and there is no way."""
    config = stack.config.operators
    access = _database_access(stack, foundation, data, settings, apps) if config.database is not None else None
    if config.group_id is not None:
        Operators(
            "operators",
            OperatorsArgs(
                group_id=config.group_id,
                vault_id=foundation.vault.vault_id,
                workspace_id=foundation.monitoring.workspace_id,
                secret_writer_role=config.secret_writer_role,
                job_id=access.job_id if access is not None else None,
            ),
            stack.options(),
        )


def _database_access(
    stack: Stack, foundation: Foundation, data: Data, settings: AppSettings, apps: Apps
) -> DatabaseAccess:
    access = stack.config.operators.database
    assert access is not None  # noqa: S101  the caller asked
    return DatabaseAccess(
        "database-access",
        DatabaseAccessArgs(
            resource_group_name=foundation.group_name,
            location=stack.config.location,
            job_name=stack.names.app(OPERATORS),
            environment_id=apps.platform.environment_id,
            tags=stack.tags,
            identity_id=foundation.identities[OPERATORS].identity_id,
            database=data.role_args,
            password_address=settings.role_addresses[ADMINISTRATOR_PASSWORD],
            statement=access.statement,
            registry_server=registry_server(stack, apps.registry, stack.config.database.roles_image),
        ),
        # The vault must be reachable and readable, and images can be pulled only some time after their roles are there.
        stack.options(apps.registry, data.database, foundation.vault, settings.secrets),
    )
