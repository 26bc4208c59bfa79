"""PostgreSQL flexible servers: one server parameter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from local_cloud.packages.azure_native.base import AzureType
from local_cloud.server.resource_types.resource import Inputs, Outputs, Resource
from local_cloud.server.resource_types.resource_type import Call
from local_cloud.server.rules import Choice, Combination, Pattern
from local_cloud.services.postgres.rules.parameters import PARAMETER_RULES
from local_cloud.services.postgres.rules.parts_in_plan import PARAMETERS_IN_PLAN
from local_cloud.services.postgres.rules.pooling import PREPARED_STATEMENTS_PASS_PGBOUNCER
from local_cloud.services.postgres.rules.server import SERVER_NAME
from local_cloud.services.postgres.types.dbforpostgresql_server import EXAMPLE_SERVER

if TYPE_CHECKING:
    from local_cloud.parts import Parts

_PARAMETERS: Final = "https://learn.microsoft.com/azure/postgresql/server-parameters/concepts-server-parameters"
_SWITCH: Final = "on|off"
_NUMBER: Final = r"\d+"
_NAMES: Final = r"([\w-]+(,[\w-]+)*)?"

# Parameters that programs set most; the service knows the values of all the others.
_VALUES: Final = {
    "azure.accepted_password_auth_method": r"md5|scram-sha-256|md5,scram-sha-256",
    "azure.extensions": _NAMES,
    "connection_throttle.enable": _SWITCH,
    "idle_in_transaction_session_timeout": _NUMBER,
    "log_checkpoints": _SWITCH,
    "log_connections": _SWITCH,
    "log_disconnections": _SWITCH,
    "log_lock_waits": _SWITCH,
    "log_min_duration_statement": rf"-1|{_NUMBER}",
    "max_connections": _NUMBER,
    "password_encryption": "md5|scram-sha-256",
    "pg_qs.query_capture_mode": "none|top|all",
    "pgbouncer.default_pool_size": _NUMBER,
    "pgbouncer.enabled": "true|false",
    "pgbouncer.ignore_startup_parameters": _NAMES,
    "pgbouncer.max_client_conn": _NUMBER,
    "pgbouncer.max_prepared_statements": _NUMBER,
    "pgbouncer.min_pool_size": _NUMBER,
    "pgbouncer.pool_mode": "session|transaction|statement",
    "pgbouncer.query_wait_timeout": _NUMBER,
    "pgbouncer.server_idle_timeout": _NUMBER,
    "pgms_wait_sampling.query_capture_mode": "none|all",
    "require_secure_transport": _SWITCH,
    "shared_preload_libraries": _NAMES,
    "ssl_max_protocol_version": r"(TLSv1\.[23])?",
    "ssl_min_protocol_version": r"TLSv1\.[23]",
    "statement_timeout": _NUMBER,
    "track_io_timing": _SWITCH,
    "wal_level": "replica|logical",
}


def _is_value_of_its_parameter(inputs: Inputs) -> bool:
    allowed = _VALUES.get(inputs["configurationName"])
    value = inputs.get("value")
    return value is not None and (allowed is None or re.fullmatch(allowed, value) is not None)


class Configuration(AzureType):
    """A server parameter; deleting one brings back its default."""

    token = "azure-native:dbforpostgresql:Configuration"
    path = "Microsoft.DBforPostgreSQL/flexibleServers/{serverName}/configurations/{configurationName}"
    unseen: ClassVar = {
        "configurationName": "the server's version or extensions do not have the parameter, or only read it",
        "value": "the value is beyond what the server's size or version takes",
    }
    rules = (
        SERVER_NAME,
        Pattern(
            path="configurationName",
            regex=r"[-\w.]{1,256}",
            says="a parameter's name has letters, digits and . _ -",
            source="https://learn.microsoft.com/azure/templates/microsoft.dbforpostgresql/2025-08-01/flexibleservers/configurations",
            passes="log_temp_files",
            fails="log temp files",
        ),
        *PARAMETER_RULES,
        Combination(
            path="value",
            test=_is_value_of_its_parameter,
            says="a parameter needs one of its values: on or off for a switch, true or false for pgbouncer.enabled, "
            "TLSv1.2 or TLSv1.3 for a protocol version, names with commas and no blanks for a list",
            source=_PARAMETERS,
            passes={"configurationName": "ssl_min_protocol_version", "value": "TLSv1.2"},
            fails={"configurationName": "ssl_min_protocol_version", "value": "1.2"},
        ),
        Combination(
            path="source",
            test=lambda inputs: inputs.get("source") is not None,
            says="a parameter set by a program has the source user-override; without it the value is ignored",
            source="https://learn.microsoft.com/rest/api/postgresql/configurations/put",
            passes={"source": "user-override"},
            fails={"source": None},
        ),
        Choice(
            path="source",
            among=("user-override", "system-default"),
            says="a parameter's source is user-override or system-default",
            source="https://learn.microsoft.com/rest/api/postgresql/configurations/put",
            passes="user-override",
            fails="user",
        ),
    )
    plan_rules = (*PARAMETERS_IN_PLAN, PREPARED_STATEMENTS_PASS_PGBOUNCER)
    example: ClassVar = {
        "resourceGroupName": "rg-ignition-dev",
        "serverName": EXAMPLE_SERVER,
        "configurationName": "require_secure_transport",
        "source": "user-override",
        "value": "on",
    }

    def service_outputs(self, call: Call, resource_id: str, inputs: Inputs) -> Outputs:  # noqa: ARG002  as declared above
        """What the service says of the parameter."""
        return {"isReadOnly": False, "isConfigPendingRestart": False}

    def apply_part(self, parts: Parts, resource: Resource) -> Outputs:
        """Really set; refused while another change of the server is under way."""
        server = parts.postgres.server(resource.inputs["serverName"])
        if resource.inputs.get("value") is not None:
            server.set_configuration(resource.inputs["configurationName"], resource.inputs["value"])
        return {}

    def delete_part(self, parts: Parts, resource: Resource) -> None:
        """Back to the default: deleting a parameter resets it, as the real provider does."""
        server = parts.postgres.server(resource.inputs["serverName"])
        if server.exists:
            server.reset_configuration(resource.inputs["configurationName"])

    def read_part(self, parts: Parts, resource: Resource) -> Resource | None:
        """The value that the server has now: a superuser's ALTER SYSTEM changes it."""
        server = parts.postgres.server(resource.inputs["serverName"])
        if not server.exists:
            return None
        if server.record.stopped:
            return resource
        now = server.configuration_value(resource.inputs["configurationName"])
        changed = {"value": now}
        return Resource(resource.id, resource.inputs | changed, resource.outputs | changed)
