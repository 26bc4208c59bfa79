"""Rules over the plan on first reads: what an app finds in a vault or registry that the plan itself makes, and nobody filled before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import (
    Sketched,
    app,
    connection,
    endpoint,
    identity,
    job,
    registry,
    secret,
    vault,
)
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import LeadsTo, PlanRule, Together
from local_cloud.server.plan.symbols import Elsewhere
from local_cloud.services.container_apps.rules.reads import endpoints_of, has_an_image_from, registry_of, vault_of
from local_cloud.services.container_apps.rules.secrets import DOCS

_SECRETS: Final = f"{DOCS}/manage-secrets#reference-secret-from-key-vault"
_URLS: Final = "configuration.secrets[].keyVaultUrl"
_TARGET: Final = "privateLinkServiceConnections[].privateLinkServiceId"

Found = Iterator[tuple[Planned, Planned]]


def _places(plan: Plan, user: Planned, name: str) -> list[str]:
    return [f"configuration.{name}[{number}]" for number in range(plan.count(user, f"configuration.{name}"))]


def _missing(plan: Plan, user: Planned) -> Found:
    """Secrets that are named in a vault of the plan, and that no resource of the plan puts there."""
    for place in _places(plan, user, "secrets"):
        text = plan.text_at(user, f"{place}.keyVaultUrl")
        holder = vault_of(plan, user, f"{place}.keyVaultUrl") if text is not None else None
        if holder is None or text is None or plan.known(holder, "properties.createMode") == "recover":
            continue
        name = text.partition("/secrets/")[2].partition("/")[0].casefold()
        if name not in {str(plan.known(each, "secretName")) for each in plan.children(holder, tokens.SECRET)}:
            yield user, holder


def _disabled(plan: Plan, user: Planned) -> Found:
    for place in _places(plan, user, "secrets"):
        found = plan.origin_at(user, f"{place}.keyVaultUrl", tokens.SECRET)
        if found is not None and plan.known(found, "properties.attributes.enabled") is False:
            yield user, found


def _by_system(plan: Plan, user: Planned) -> Found:
    """Vaults and registries of the plan that an app reads as itself: it has no role there before it is made."""
    for place in _places(plan, user, "secrets"):
        holder = vault_of(plan, user, f"{place}.keyVaultUrl")
        if plan.text_at(user, f"{place}.identity") in {"system", "System"} and holder is not None:
            yield user, holder
    for place in _places(plan, user, "registries"):
        source = registry_of(plan, user, f"{place}.server")
        own = plan.text_at(user, f"{place}.identity") in {"system", "System"}
        if own and source is not None and has_an_image_from(plan, user, source):
            yield user, source


def _cut_off(plan: Plan, user: Planned) -> Found:
    for place in _places(plan, user, "registries"):
        source = registry_of(plan, user, f"{place}.server")
        if source is None or not has_an_image_from(plan, user, source):
            continue
        unknown = any(Elsewhere.UNKNOWN in plan.targets(one, _TARGET) for one in plan.of(tokens.ENDPOINT))
        if plan.known(source, "publicNetworkAccess") == "disabled" and not unknown and not endpoints_of(plan, source):
            yield user, source


def _each(token: str, test: Callable[[Plan, Planned], Found]) -> Callable[[Plan], Iterable[tuple[Planned, Planned]]]:
    def found(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
        for each in plan.of(token):
            yield from plan.as_far_as_known(test, each)

    return found


def _reader(made: Any, url: Any, who: Any = "system", **others: Sketched) -> Sketch:
    user = made(configuration={"secrets": [{"name": "u", "keyVaultUrl": url, "identity": who}]}, depends_on=["vault"])
    return Sketch(identity=identity(), **({"vault": vault(), "secret": secret()} | others), user=user)


def _puller(made: Any, who: Any, **inputs: Any) -> Sketch:
    user = made(
        configuration={"registries": [{"server": "crignitiondev.azurecr.io", "identity": who}]},
        template={"containers": [{"name": "api", "image": "crignitiondev.azurecr.io/api:1"}]},
    )
    return Sketch(
        identity=identity(),
        registry=registry(**inputs),
        other=registry(registryName="crother"),
        endpoint=endpoint(
            privateLinkServiceConnections=connection(Ref("registry" if inputs.get("tags") else "other"), "registry")
        ),
        user=user,
    )


def _address(name: str) -> str:
    return f"https://kv-ignition-dev.vault.azure.net/secrets/{name}"


def _rules(token: str, noun: str, made: Any) -> tuple[PlanRule, ...]:
    who = Ref("identity")
    return (
        Together(
            id=f"container_apps.{noun}-reads-a-missing-secret",
            of=token,
            path="configuration.secrets",
            test=_each(token, _missing),
            says="a vault that the program makes holds only the secrets that the program puts there (SecretNotFound)",
            remedy="Declare the secret in '{other}' and pass its secret_uri to '{this}'",
            source=_SECRETS,
            passes=_reader(made, _address("DATABASE-URL"), who),
            fails=_reader(made, _address("SESSION-KEY"), who),
        ),
        Together(
            id=f"container_apps.{noun}-reads-a-disabled-secret",
            of=token,
            path="configuration.secrets",
            test=_each(token, _disabled),
            says="a disabled secret is not read",
            remedy="Enable '{other}'",
            source="https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-attributes",
            passes=_reader(made, Ref("secret", None), who),
            fails=_reader(
                made,
                Ref("secret", None),
                who,
                secret=secret(properties={"value": "x", "attributes": {"enabled": False}}),
            ),
        ),
        Together(
            id=f"container_apps.{noun}-reads-as-itself",
            of=token,
            path="identity",
            test=_each(token, _by_system),
            says="a system-assigned identity exists only when the app does, so it has no role in a vault or registry of the same program",
            remedy="Read '{other}' with a user-assigned identity that gets its role before '{this}' is made",
            source=f"{DOCS}/managed-identity#common-use-cases",
            passes=_reader(made, Ref("secret", None), who),
            fails=_reader(made, Ref("secret", None)),
        ),
        Together(
            id=f"container_apps.{noun}-cut-off-from-its-registry",
            of=token,
            path="configuration.registries",
            test=_each(token, _cut_off),
            says="a registry without public access is read through a private endpoint only",
            remedy="Make a private endpoint for '{other}' in the network of the environment, with the zone of its names",
            source="https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
            passes=_puller(made, who, publicNetworkAccess="Disabled", tags={"reached": "privately"}),
            fails=_puller(made, who, publicNetworkAccess="Disabled"),
        ),
        LeadsTo(
            id=f"container_apps.{noun}-secret-by-another-output",
            of=token,
            path=_URLS,
            to=(),
            says="a secret is named by its address in the vault, properties.secret_uri, not by its ARM id or name",
            remedy="Pass `{other}.properties.secret_uri`",
            source=_SECRETS,
            passes=_reader(made, Ref("secret", None), who),
            fails=_reader(made, Ref("secret", "id"), who),
        ),
    )


APPS_FIRST_READS: Final = _rules(tokens.APP, "app", app)
JOBS_FIRST_READS: Final = _rules(tokens.JOB, "job", job)
