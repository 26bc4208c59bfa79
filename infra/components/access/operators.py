"""
What people may do by hand: a group of Entra ID, with the smallest roles for it.

Nobody is let in by default. Whose group it is and what there is to look at come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_azure_native as azure
from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.components.access.role_assignments import (
    CONTAINER_APPS_JOBS_OPERATOR,
    KEY_VAULT_SECRETS_OFFICER,
    LOG_ANALYTICS_READER,
    role_assignment_name,
    role_definition_id,
)


@dataclass(frozen=True, kw_only=True)
class OperatorsArgs:
    """
    Who the operators are, and what they look after.

    Attributes:
        group_id: The object id of their group.
        vault_id: The vault whose secrets they read and write, from within the network.
        workspace_id: The workspace whose logs they read.
        secret_writer_role: A role of the tenant's own, by GUID, that may write secrets by the management interface; None where
            only deployers may. No built-in role allows that alone.
        job_id: The job that gives them the database; None while nobody wants it.
    """

    group_id: str
    vault_id: Input[str]
    workspace_id: Input[str]
    secret_writer_role: str | None
    job_id: Input[str] | None = None


class Operators(ComponentResource):
    """The roles of the group."""

    def __init__(self, name: str, args: OperatorsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("ignition:infra:Operators", name, None, opts)
        for what, (scope, role) in _roles(args).items():
            self._may(name, args, what, scope, role)
        self.register_outputs({})

    def _may(self, name: str, args: OperatorsArgs, what: str, scope: Input[str], role: str) -> None:
        whole = Output.from_input(scope)
        azure.authorization.RoleAssignment(
            f"{name}-{what}",
            scope=whole,
            role_assignment_name=whole.apply(lambda given: role_assignment_name(given, args.group_id, role)),
            principal_id=args.group_id,
            principal_type="Group",
            role_definition_id=whole.apply(lambda given: role_definition_id(given, role)),
            opts=ResourceOptions(parent=self, replace_on_changes=["roleDefinitionId"]),
        )


def _roles(args: OperatorsArgs) -> Mapping[str, tuple[Input[str], str]]:
    """Scope and role, by what they are for."""
    roles: dict[str, tuple[Input[str], str]] = {
        "secrets": (args.vault_id, KEY_VAULT_SECRETS_OFFICER),
        "logs": (args.workspace_id, LOG_ANALYTICS_READER),
    }
    if args.secret_writer_role is not None:
        roles["secret-writer"] = (args.vault_id, args.secret_writer_role)
    if args.job_id is not None:
        roles["database"] = (args.job_id, CONTAINER_APPS_JOBS_OPERATOR)
    return roles
