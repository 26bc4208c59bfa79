"""
Server parameters by Azure's rules: which exist, which may be set, to what.

The values' ranges are the running server's own; which parameters Azure keeps to itself is from its documentation
(learn.microsoft.com, Azure Database for PostgreSQL, server parameters).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from local_cloud.runtime.errors import CloudRefusal

TLS_PARAMETER = "require_secure_transport"
ALLOW_LIST_PARAMETER = "azure.extensions"

# Azure's own parameters and those of programs it runs beside or inside the server. There is nothing here that could
# obey them (PgBouncer, for one, is not obtainable), so they are kept as recorded.
_RECORDED_FAMILIES = (
    "azure.",
    "azure_storage.",
    "connection_throttle.",
    "cron.",
    "index_tuning.",
    "intelligent_tuning",
    "logfiles.",
    "metrics.",
    "pg_partman_bgw.",
    "pg_qs.",
    "pgaudit.",
    "pgbouncer.",
    "pglogical.",
    "pgms_wait_sampling.",
)
# Read-only on Azure: files, addresses, TLS, archiving and what protects the service itself.
_READ_ONLY = frozenset(
    """
    allow_alter_system allow_in_place_tablespaces allow_system_table_mods archive_cleanup_command
    archive_command archive_library archive_mode autovacuum_freeze_max_age
    autovacuum_multixact_freeze_max_age bonjour bonjour_name cluster_name config_file data_directory
    data_sync_retry debug_io_direct default_toast_compression dynamic_library_path
    dynamic_shared_memory_type enable_group_by_reordering event_source event_triggers external_pid_file
    fsync full_page_writes gss_accept_delegation hba_file hot_standby ident_file ignore_checksum_failure
    ignore_invalid_pages ignore_system_indexes jit_provider krb_caseins_users krb_server_keyfile
    listen_addresses local_preload_libraries log_destination log_directory log_file_mode log_filename
    log_rotation_size logging_collector maintenance_io_concurrency min_dynamic_shared_memory
    password_encryption_rounds port primary_conninfo primary_slot_name promote_trigger_file
    recovery_end_command recovery_init_sync_method recovery_min_apply_delay recovery_prefetch
    recovery_target recovery_target_action recovery_target_inclusive recovery_target_lsn
    recovery_target_name recovery_target_time recovery_target_timeline recovery_target_xid
    reserved_connections restart_after_crash restore_command restrict_nonsystem_relation_kind
    shared_memory_type ssl ssl_ca_file ssl_cert_file ssl_ciphers ssl_crl_dir ssl_crl_file
    ssl_dh_params_file ssl_ecdh_curve ssl_key_file ssl_passphrase_command
    ssl_passphrase_command_supports_reload ssl_prefer_server_ciphers summarize_wal
    superuser_reserved_connections sync_replication_slots synchronous_standby_names syslog_facility
    syslog_ident syslog_sequence_numbers syslog_split_messages tcp_user_timeout
    trace_connection_negotiation trace_locks transaction_buffers unix_socket_directories
    unix_socket_group unix_socket_permissions wal_consistency_checking wal_debug wal_init_zero
    wal_log_hints wal_recycle wal_sync_method zero_damaged_pages
    """.split()  # noqa: SIM905  a line a name would hide the rest of this file
)
_DATA_TYPES = {"bool": "Boolean", "integer": "Integer", "real": "Numeric", "enum": "Enumeration", "string": "String"}
_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")
_LIST = re.compile(r"[A-Za-z0-9_\-]*(\s*,\s*[A-Za-z0-9_\-]+)*")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """
    What is known of one parameter.

    Attributes:
        data_type: Azure's word for its type.
        default: the value without an override.
        allowed: Azure's way to write what is allowed, `on,off` or `10-600`.
        dynamic: takes effect without a restart.
        read_only: refused by Azure.
        recorded_only: kept, but obeyed by nothing here.
    """

    name: str
    data_type: str
    default: str
    allowed: str
    dynamic: bool = True
    read_only: bool = False
    recorded_only: bool = False


def built_in(name: str) -> Parameter | None:
    """A parameter that Azure added and PostgreSQL does not know; None for PostgreSQL's own."""
    if name == TLS_PARAMETER:
        return Parameter(name=name, data_type="Boolean", default="on", allowed="on,off")
    if name == ALLOW_LIST_PARAMETER:
        return Parameter(name=name, data_type="Set", default="", allowed="")
    if name.startswith(_RECORDED_FAMILIES):
        return Parameter(name=name, data_type="String", default="", allowed="", recorded_only=True)
    return None


def of_server(row: tuple[Any, ...]) -> Parameter:
    """A parameter from a row of pg_settings: name, vartype, boot value, min, max, enum values, context."""
    name, kind, default, low, high, choices, context = row
    allowed = {"bool": "on,off", "enum": ",".join(choices or ())}.get(kind, f"{low}-{high}" if low else "")
    return Parameter(
        name=name.lower(),
        data_type=_DATA_TYPES[kind],
        default=default or "",
        allowed=allowed,
        dynamic=context != "postmaster",
        read_only=name.lower() in _READ_ONLY or context == "internal",
    )


def unknown(name: str, server_version: str) -> CloudRefusal:
    """The refusal for a name that is not a parameter."""
    return CloudRefusal(
        "ConfigurationNotExists",
        f"The configuration '{name}' does not exist for PostgreSQL server version {server_version}.",
    )


def check_name(name: str, server_version: str) -> None:
    """Refuse what cannot be a parameter's name; it also goes into statements."""
    if not _NAME.fullmatch(name):
        raise unknown(name, server_version)


def check_value(parameter: Parameter, value: str, server_version: str) -> str:
    """
    The value as the server gets it.

    Raises:
        CloudRefusal: read-only, or not a value of the parameter.
    """
    if parameter.read_only:
        raise CloudRefusal(
            "ConfigurationReadOnly",
            f"The configuration(s) '{parameter.name}' is(are) read-only for server version {server_version}.",
        )
    if not _fits(parameter, value):
        allowed = f" Allowed values: {parameter.allowed}." if parameter.allowed else ""
        raise CloudRefusal(
            "InvalidParameterValue", f"Invalid value given for parameter {parameter.name}: '{value}'.{allowed}"
        )
    return value.lower() if parameter.data_type == "Boolean" else value


def _fits(parameter: Parameter, value: str) -> bool:
    if parameter.data_type in ("Boolean", "Enumeration"):
        return value.lower() in parameter.allowed.lower().split(",")
    if parameter.data_type in ("Integer", "Numeric"):
        # Azure takes plain numbers in the parameter's own unit, where PostgreSQL would also take `4MB`.
        if not re.fullmatch(r"-?\d+" if parameter.data_type == "Integer" else r"-?\d+(\.\d+)?", value):
            return False
        bounds = re.fullmatch(r"(-?[\d.e+]+)-(-?[\d.e+]+)", parameter.allowed)
        return bounds is None or float(bounds[1]) <= float(value) <= float(bounds[2])
    if parameter.data_type == "Set":
        return _LIST.fullmatch(value) is not None
    return "\0" not in value
