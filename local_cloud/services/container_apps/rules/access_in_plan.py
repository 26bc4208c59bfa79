"""Rules over the plan on what apps, jobs and certificates read at their creation: secrets in vaults and images in registries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    Sketched,
    app,
    connection,
    endpoint,
    environment,
    identity,
    job,
    registry,
    role,
    secret,
    vault,
)
from local_cloud.server.plan.examples import DEPENDS_ON, Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import LeadsTo, PlanRule, Together
from local_cloud.server.plan.symbols import Elsewhere, Key
from local_cloud.server.values.unknowns import NotKnownYet
from local_cloud.services.container_apps.rules.reads import (
    PULL_ROLES,
    VAULT_ROLES,
    endpoints_of,
    pulls,
    reads,
    registry_of,
)
from local_cloud.services.container_apps.rules.secrets import DOCS
from local_cloud.services.identity.rules.granted import knows_every_grant, roles_of

_SECRETS: Final = "configuration.secrets[]"
_REGISTRIES: Final = "configuration.registries[]"
_TARGET: Final = "privateLinkServiceConnections[].privateLinkServiceId"
_OWN: Final = "identity.userAssignedIdentities[]"
_SCALING: Final = "template.scale.rules[]"
_USERS: Final = (
    f"{_SECRETS}.identity",
    f"{_REGISTRIES}.identity",
    "configuration.identitySettings[].identity",
    *(f"{_SCALING}.{kind}.identity" for kind in ("azureQueue", "custom", "http", "tcp")),
    "configuration.eventTriggerConfig.scale.rules[].identity",
)


def _strangers(plan: Plan, user: Planned) -> Iterator[Planned]:
    """Identities that a resource names although they are not its own; only those of the plan."""
    own = {each for each in plan.targets(user, _OWN) if isinstance(each, Planned)}
    if len(own) != len(plan.keys(user, _OWN)):
        return  # one of its own cannot be told
    for path in _USERS:
        yield from (
            each for each in plan.targets(user, path, tokens.IDENTITY) if isinstance(each, Planned) and each not in own
        )


def _uses_a_stranger(token: str) -> Callable[[Plan], Iterable[tuple[Planned, Planned]]]:
    def test(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
        for each in plan.of(token):
            try:
                yield from ((each, stranger) for stranger in dict.fromkeys(_strangers(plan, each)))
            except NotKnownYet:
                continue

    return test


def grants(plan: Plan, user: Planned) -> Iterator[Planned]:
    """The role assignments without which a resource cannot read what it names."""
    for uses, wanted in ((reads, VAULT_ROLES), (pulls, PULL_ROLES)):
        if uses is pulls and user.token == tokens.APP_CERTIFICATE:
            continue
        for found, target in uses(plan, user):
            yield from roles_of(plan, found, target, wanted)


def _secrets_named_by_text(plan: Plan, user: Planned) -> Iterator[Planned]:
    for number in range(plan.count(user, "configuration.secrets")):
        text = plan.text_at(user, f"configuration.secrets[{number}].keyVaultUrl")
        holder, _, name = (text or "").removeprefix("https://").partition("/secrets/")
        for each in plan.by_text(tokens.SECRET, "secretName").get(name.partition("/")[0].casefold(), ()):
            if str(each.inputs.get("vaultName")).casefold() == holder.partition(".")[0].casefold():
                yield each


def unread(plan: Plan, token: str) -> Iterator[tuple[Planned, Planned]]:
    """The resources of a type that read a vault for which their identity has no role."""
    for each in plan.of(token):
        for found, holder in dict.fromkeys(reads(plan, each)):
            grants = roles_of(plan, found, holder, VAULT_ROLES)
            if holder.inputs.get("properties") is None or not knows_every_grant(plan):
                continue
            if plan.known(holder, "properties.enableRbacAuthorization") is True and not grants:
                yield each, holder


def _unpulled(plan: Plan, token: str) -> Iterator[tuple[Planned, Planned]]:
    for each in plan.of(token):
        for found, source in dict.fromkeys(pulls(plan, each)):
            if knows_every_grant(plan) and not roles_of(plan, found, source, PULL_ROLES):
                yield each, source


def guarded(
    test: Callable[[Plan, str], Iterator[tuple[Planned, Planned]]], token: str
) -> Callable[[Plan], Iterable[tuple[Planned, Planned]]]:
    """A test of all resources of a type that ends at what is not known yet."""

    def found(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
        try:
            yield from test(plan, token)
        except NotKnownYet:
            return

    return found


def _cut_off(plan: Plan, token: str) -> Iterator[tuple[Planned, Planned]]:
    for each in plan.of(token):
        for _, holder in dict.fromkeys(reads(plan, each)):
            closed = plan.known(holder, "properties.publicNetworkAccess") == "disabled"
            unknown = any(Elsewhere.UNKNOWN in plan.targets(one, _TARGET) for one in plan.of(tokens.ENDPOINT))
            if closed and not unknown and not endpoints_of(plan, holder):
                yield each, holder


def _without_admin_user(plan: Plan, token: str) -> Iterator[tuple[Planned, Planned]]:
    for each in plan.of(token):
        for number in range(plan.count(each, "configuration.registries")):
            at = f"configuration.registries[{number}]"
            source = registry_of(plan, each, f"{at}.server")
            name: Key = plan.known(source, "registryName") if source is not None else None
            login = plan.text_at(each, f"{at}.username")
            if source is None or login is None or login.casefold() != name:
                continue
            if plan.known(source, "adminUserEnabled") is not True:
                yield each, source


_SECRETS_USER: Final = "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"
_ACR_PULL: Final = "/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"


def _reader(made: Any, *after: str, **others: Any) -> Sketched:
    found = {"name": "database-url", "keyVaultUrl": Ref("secret", None), "identity": Ref("identity")}
    given: dict[str, Any] = {
        "environmentId": Ref("environment"),
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [Ref("identity")]},
        "configuration": {"secrets": [found]},
        DEPENDS_ON: [*after],
    }
    return made(**(given | others))


def reading(user: Sketched, holder: Sketched | None = None, *, granted: bool = True, **others: Sketched) -> Sketch:
    """A resource that reads a secret, with everything that it needs."""
    grant = {
        "grant": role(scope=Ref("vault"), principalId=Ref("identity", "principal_id"), roleDefinitionId=_SECRETS_USER)
    }
    return Sketch(
        environment=environment(),
        identity=identity(),
        vault=holder or vault(),
        secret=secret(),
        **(grant if granted else {}),
        **others,
        user=user,
    )


def _puller(made: Any, *after: str, **login: Any) -> Sketched:
    source = {"server": "crignitiondev.azurecr.io", **(login or {"identity": Ref("identity")})}
    return made(
        identity={"type": "UserAssigned", "userAssignedIdentities": [Ref("identity")]},
        configuration={"registries": [source]},
        template={"containers": [{"name": "api", "image": "crignitiondev.azurecr.io/api:1"}]},
        depends_on=[*after],
    )


def _pulling(user: Sketched, *, granted: bool = True, **inputs: Any) -> Sketch:
    grant = {
        "grant": role(scope=Ref("registry"), principalId=Ref("identity", "principal_id"), roleDefinitionId=_ACR_PULL)
    }
    return Sketch(identity=identity(), registry=registry(**inputs), **(grant if granted else {}), user=user)


_CLOSED: Final = vault(publicNetworkAccess="Disabled")
_ENDPOINT: Final = endpoint(privateLinkServiceConnections=connection(Ref("vault"), "vault"))


def _rules(token: str, noun: str, made: Any) -> tuple[PlanRule, ...]:
    """What apps and jobs ask alike."""
    return (
        Together(
            id=f"container_apps.{noun}-uses-a-foreign-identity",
            of=token,
            path="identity.userAssignedIdentities",
            test=_uses_a_stranger(token),
            says="secrets and registries are read with an identity that is assigned to the resource itself",
            remedy="Add the id of '{other}' to identity.userAssignedIdentities of '{this}'",
            source=f"{DOCS}/managed-identity",
            passes=reading(_reader(made, "grant")),
            fails=reading(
                _reader(made, "grant", identity={"userAssignedIdentities": [Ref("other")]}), other=identity("id-other")
            ),
        ),
        After(
            id=f"container_apps.{noun}-before-its-roles",
            of=token,
            path="configuration",
            needs=grants,
            says="secrets in a vault and images in a registry are read when the resource is made, so the role must be assigned before "
            "(unable to fetch secret, unable to pull image)",
            remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}', with a time.Sleep between them while the role spreads",
            source=f"{DOCS}/manage-secrets#reference-secret-from-key-vault",
            passes=reading(_reader(made, "grant")),
            fails=reading(_reader(made)),
        ),
        After(
            id=f"container_apps.{noun}-before-its-secrets",
            of=token,
            path="configuration.secrets",
            needs=_secrets_named_by_text,
            says="a secret that is named by its address must be there before",
            remedy="Pass the address as an output of '{other}', or write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
            source=f"{DOCS}/manage-secrets#reference-secret-from-key-vault",
            passes=reading(_reader(made, "grant")),
            fails=reading(
                made(
                    configuration={
                        "secrets": [
                            {"name": "a", "keyVaultUrl": "https://kv-ignition-dev.vault.azure.net/secrets/DATABASE-URL"}
                        ]
                    }
                )
            ),
        ),
        Together(
            id=f"container_apps.{noun}-may-not-read-its-secrets",
            of=token,
            path="configuration.secrets",
            test=guarded(unread, token),
            says="the identity that reads a secret has the role Key Vault Secrets User over the vault, or over the secret",
            remedy="Assign the role over '{other}' to the identity, and make '{this}' depend on the assignment",
            source=f"{DOCS}/manage-secrets#reference-secret-from-key-vault",
            passes=reading(_reader(made, "grant")),
            fails=reading(_reader(made), granted=False),
        ),
        Together(
            id=f"container_apps.{noun}-may-not-pull-its-image",
            of=token,
            path="configuration.registries",
            test=guarded(_unpulled, token),
            says="the identity that pulls an image has the role AcrPull over the registry",
            remedy="Assign AcrPull over '{other}' to the identity, and make '{this}' depend on the assignment",
            source=f"{DOCS}/managed-identity-image-pull",
            passes=_pulling(_puller(made, "grant")),
            fails=_pulling(_puller(made), granted=False),
        ),
        Together(
            id=f"container_apps.{noun}-logs-in-as-a-disabled-user",
            of=token,
            path="configuration.registries",
            test=guarded(_without_admin_user, token),
            says="a registry's admin user logs in only where adminUserEnabled is on",
            remedy="Pull with an identity, or set adminUserEnabled=True on '{other}'",
            source="https://learn.microsoft.com/azure/container-registry/container-registry-authentication#admin-account",
            passes=_pulling(_puller(made, username="crignitiondev", passwordSecretRef="p"), adminUserEnabled=True),
            fails=_pulling(_puller(made, username="crignitiondev", passwordSecretRef="p"), adminUserEnabled=False),
        ),
        Together(
            id=f"container_apps.{noun}-cut-off-from-its-vault",
            of=token,
            path="configuration.secrets",
            test=guarded(_cut_off, token),
            says="a vault without public access is read through a private endpoint only; Container Apps are no trusted service",
            remedy="Make a private endpoint for '{other}' in the network of the environment, with the zone of its names",
            source="https://github.com/microsoft/azure-container-apps/issues/1287",
            passes=reading(_reader(made, "grant"), _CLOSED, endpoint=_ENDPOINT),
            fails=reading(_reader(made, "grant"), _CLOSED),
        ),
        LeadsTo(
            id=f"container_apps.{noun}-registry-by-another-output",
            of=token,
            path=f"{_REGISTRIES}.server",
            to=(tokens.REGISTRY,),
            output="login_server",
            says="a registry is named by its login_server",
            remedy="Pass `login_server`; this is another output of '{other}'",
            source=f"{DOCS}/managed-identity-image-pull",
            passes=Sketch(
                registry=registry(),
                user=made(configuration={"registries": [{"server": Ref("registry", "login_server")}]}),
            ),
            fails=Sketch(
                registry=registry(), user=made(configuration={"registries": [{"server": Ref("registry", "id")}]})
            ),
        ),
    )


APPS_ACCESS: Final = _rules(tokens.APP, "app", app)
JOBS_ACCESS: Final = _rules(tokens.JOB, "job", job)
