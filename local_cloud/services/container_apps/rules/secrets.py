"""What Container Apps ask of secrets, of references to them, and of the identities and registries that apps and jobs name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from local_cloud.packages.azure_native.shared import EXAMPLE_IDENTITY
from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import Combination, Pattern, Related, Rule, items_at, part

DOCS: Final = "https://learn.microsoft.com/azure/container-apps"
_SECRET_URL: Final = r"https://[^/\s]+/secrets/[0-9a-zA-Z-]{1,127}(/[0-9a-f]{32})?"
EXAMPLE_SECRET: Final = {
    "name": "database-url",
    "keyVaultUrl": "https://kv-ignition-dev.vault.azure.net/secrets/DATABASE-URL",
    "identity": EXAMPLE_IDENTITY,
}


def are_distinct(names: Iterable[Any]) -> bool:
    """Whether no name comes twice."""
    listed = list(names)
    return len(listed) == len(set(listed))


def distinct_names(path: str, *, says: str, source: str, passes: Any, fails: Any) -> Combination:
    """The rule that the items of a list have distinct names."""
    return Combination(
        path=path,
        test=lambda inputs: are_distinct(items_at(inputs, f"{path}[].name")),
        says=says,
        source=source,
        passes={path: passes},
        fails={path: fails},
    )


def _is_own_identity(identity: str, inputs: Inputs) -> bool:
    own = part(inputs, "identity")
    if identity.lower() == "system":
        return "SystemAssigned" in str(own.get("type"))
    return identity.lower() in {str(each).lower() for each in items_at(own, "userAssignedIdentities[]")}


def _has_one_source(secret: Mapping[str, Any], _inputs: Inputs) -> bool:
    if secret.get("keyVaultUrl") is not None:
        return secret.get("identity") is not None and secret.get("value") is None
    return secret.get("value") is not None


def _has_one_login(registry: Mapping[str, Any], _inputs: Inputs) -> bool:
    by_password = registry.get("username") is not None and registry.get("passwordSecretRef") is not None
    return bool(registry.get("server")) and by_password != bool(registry.get("identity"))


def _is_secret(name: str, inputs: Inputs) -> bool:
    return name in items_at(inputs, "configuration.secrets[].name")


_REFERENCES: Final = (
    "template.containers[].env[].secretRef",
    "template.initContainers[].env[].secretRef",
    "configuration.registries[].passwordSecretRef",
    "template.volumes[].secrets[].secretRef",
)


def _reference_patch(path: str, name: str) -> Mapping[str, Any]:
    container = {"name": "init", "image": "postgres:17", "env": [{"name": "PGPASSWORD", "secretRef": name}]}
    login = {"server": "ghcr.io", "username": "ecent", "passwordSecretRef": name}
    volume = {"name": "scratch", "storageType": "Secret", "secrets": [{"secretRef": name, "path": "key"}]}
    return {
        "template.containers": {"template.containers[].env": [{"name": "PGPASSWORD", "secretRef": name}]},
        "template.initContainers": {"template.initContainers": [container]},
        "configuration.registries": {"configuration.registries": [login]},
        "template.volumes": {"template.volumes": [volume]},
    }[path.split("[]", maxsplit=1)[0]]


_REFERENCE_RULES: Final[tuple[Rule, ...]] = (
    Pattern(
        path="configuration.secrets[].name",
        regex=r"(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?",
        says="a secret's name has lower-case letters, digits, hyphens and full stops, and begins and ends with a letter or digit",
        source=f"{DOCS}/manage-secrets",
        passes="database-url",
        fails="DATABASE_URL",
    ),
    distinct_names(
        "configuration.secrets",
        says="secrets have distinct names",
        source=f"{DOCS}/manage-secrets",
        passes=[EXAMPLE_SECRET, {**EXAMPLE_SECRET, "name": "other"}],
        fails=[EXAMPLE_SECRET, EXAMPLE_SECRET],
    ),
    Related(
        path="configuration.secrets[]",
        test=_has_one_source,
        says="a secret has either a value or a keyVaultUrl with the identity that may read it",
        source=f"{DOCS}/manage-secrets#reference-secret-from-key-vault",
        passes={"configuration.secrets[]": {"name": "database-url", "value": "text"}},
        fails={"configuration.secrets[].identity": None},
    ),
    Pattern(
        path="configuration.secrets[].keyVaultUrl",
        regex=_SECRET_URL,
        says="it takes the address of a secret, https://VAULT.vault.azure.net/secrets/NAME, with or without a version",
        source=f"{DOCS}/manage-secrets#reference-secret-from-key-vault",
        passes="https://kv-ignition-dev.vault.azure.net/secrets/DATABASE-URL/0123456789abcdef0123456789abcdef",
        fails="https://kv-ignition-dev.vault.azure.net/DATABASE-URL",
    ),
    *(
        Related(
            path=path,
            test=_is_secret,
            says="configuration.secrets holds no secret of that name",
            source=f"{DOCS}/manage-secrets#referencing-secrets-in-environment-variables",
            passes=_reference_patch(path, "database-url"),
            fails=_reference_patch(path, "missing"),
        )
        for path in _REFERENCES
    ),
)

_IDENTITY_RULES: Final[tuple[Rule, ...]] = (
    *(
        Related(
            path=path,
            test=_is_own_identity,
            says="it must be one of the resource's own identities: `system`, or an id in identity.userAssignedIdentities",
            source=f"{DOCS}/managed-identity",
            passes={path: EXAMPLE_IDENTITY.upper()},
            fails={path: "system"},
        )
        for path in (
            "configuration.secrets[].identity",
            "configuration.registries[].identity",
            "configuration.identitySettings[].identity",
        )
    ),
    Related(
        path="configuration.registries[]",
        test=_has_one_login,
        says="a registry has a server and either an identity or username and passwordSecretRef",
        source=f"{DOCS}/containers#container-registries",
        passes={"configuration.registries[]": {"server": "crignitiondev.azurecr.io", "identity": EXAMPLE_IDENTITY}},
        fails={"configuration.registries[]": {"server": "ghcr.io"}},
    ),
)

SECRET_RULES: Final[tuple[Rule, ...]] = (*_REFERENCE_RULES, *_IDENTITY_RULES)
