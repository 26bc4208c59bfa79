"""Steps of previews as the engine's JSON has them, for tests."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SERVER = "azure-native:dbforpostgresql:Server"
ALERT = "azure-native:monitor:MetricAlert"
BUCKET = "cloudflare:index/r2Bucket:R2Bucket"
APP = "azure-native:app:ContainerApp"
COMPONENT = "ignition:infra:Database"


def urn(token, name):
    return f"urn:pulumi:prod::trial::{token}::{name}"


def state(token, name, inputs=None, **more):
    custom = not token.startswith("ignition:infra")
    return {"urn": urn(token, name), "type": token, "custom": custom, "inputs": inputs or {}, **more}


def step(op, token, name, old=None, new=None, *, diff=None, **more):
    """A step of one resource; `old` and `new` are its inputs, None for none."""
    made = {"op": op, "urn": urn(token, name), "detailedDiff": diff}
    if old is not None:
        made["oldState"] = state(token, name, old, **more)
    if new is not None:
        made["newState"] = state(token, name, new, **more)
    return made


REPLACED_SERVER = step(
    "replace",
    SERVER,
    "main",
    {"serverName": "psql-a", "sku": {"name": "Standard_D2ds_v5"}},
    {"serverName": "psql-b", "sku": {"name": "Standard_D4ds_v5"}},
    diff={"serverName": {"kind": "update-replace"}, "sku.name": {"kind": "update"}},
    sourcePosition="project:///infra/database.py#7",
)
