"""Rules over the plan on Entra applications and on the trust of managed identities in other issuers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, identity
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import OneAtATime
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import AtMost, LeadsTo, OneOfAKind, Together
from local_cloud.server.values.shapes import is_list
from local_cloud.services.identity.rules.roles_in_plan import SERVICE_PRINCIPAL

_CONSIDERATIONS: Final = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations"
_APPLICATION: Final = "azuread:index/application:Application"
_PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"
_MOST_CREDENTIALS: Final = 20


def _trust(plan: Plan, one: Planned) -> Hashable | None:
    place, issuer, subject = plan.place(one), plan.key(one, "issuer"), one.inputs.get("subject")
    text = subject if isinstance(subject, str) else plan.key(one, "subject")  # compared with its case, as tokens are
    return None if None in (place, issuer, text) else (place, issuer, text)


def _taken_addresses(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[str, Planned] = {}
    for each in plan.of(_APPLICATION):
        addresses = each.inputs.get("identifierUris")
        for address in addresses if is_list(addresses) else ():
            other = seen.setdefault(address.casefold(), each) if isinstance(address, str) else each
            if other is not each:
                yield each, other


def _kept_single(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(_APPLICATION):
        name = each.inputs.get("displayName")
        if each.inputs.get("preventDuplicateNames") is True and isinstance(name, str):
            same = plan.by_text(_APPLICATION, "displayName").get(name.casefold().rstrip("."), ())
            yield from ((each, other) for other in same if other is not each)


def _credential(name: str, subject: str = "repo:ecent/ignition:environment:dev", **inputs: Any) -> Sketched:
    return tokens.FEDERATED_CREDENTIAL, {
        "resourceGroupName": GROUP,
        "resourceName": "id-ignition-dev-api",
        "federatedIdentityCredentialResourceName": name,
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
        **inputs,
    }


def _application(*addresses: str, name: str = "Ignition") -> Sketched:
    return _APPLICATION, {"displayName": name, "identifierUris": [*addresses]}


def _principal(output: str) -> Sketch:
    return Sketch(app=_application(), principal=(SERVICE_PRINCIPAL, {"clientId": Ref("app", output)}))


def _secret(output: str) -> Sketch:
    return Sketch(app=_application(), secret=(_PASSWORD, {"applicationId": Ref("app", output)}))


CREDENTIALS_IN_PLAN: Final = (
    OneOfAKind(
        id="identity.trust-declared-twice",
        of=tokens.FEDERATED_CREDENTIAL,
        path="subject",
        key=_trust,
        says="an identity trusts an issuer and subject once",
        remedy="Leave out '{this}' or '{other}'",
        source=_CONSIDERATIONS,
        passes=Sketch(
            one=_credential("one"), two=_credential("two", "repo:ecent/ignition:pull_request", depends_on=["one"])
        ),
        fails=Sketch(one=_credential("one"), two=_credential("two", depends_on=["one"])),
    ),
    AtMost(
        id="identity.too-many-credentials",
        of=tokens.FEDERATED_CREDENTIAL,
        path="resourceName",
        scope=Plan.place,
        limit=lambda _plan, _one: _MOST_CREDENTIALS,
        says=f"an identity has at most {_MOST_CREDENTIALS} federated credentials",
        remedy="Spread them over several identities; '{other}' is the first of this one, '{this}' is too much",
        source=_CONSIDERATIONS,
        passes=Sketch(identity=identity(), one=_credential("one")),
        fails=Sketch(**{f"one{number}": _credential(f"one-{number}", f"s{number}") for number in range(21)}),
    ),
    OneAtATime(
        id="identity.credentials-at-once",
        of=tokens.FEDERATED_CREDENTIAL,
        path="resourceName",
        scope=Plan.place,
        says="credentials of one identity are written one after the other "
        "(ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_CONSIDERATIONS,
        passes=Sketch(one=_credential("one"), two=_credential("two", "b", depends_on=["one"])),
        fails=Sketch(one=_credential("one"), two=_credential("two", "b")),
    ),
)

APPLICATIONS_IN_PLAN: Final = (
    Together(
        id="identity.identifier-taken",
        of=_APPLICATION,
        path="identifierUris",
        test=_taken_addresses,
        says="an identifier URI belongs to one application of the tenant",
        remedy="Take the address out of '{this}' or out of '{other}'",
        source="https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#identifieruris-attribute",
        passes=Sketch(one=_application("api://one"), two=_application("api://two", name="Two")),
        fails=Sketch(one=_application("api://one"), two=_application("API://one", name="Two")),
    ),
    Together(
        id="identity.name-that-is-kept-single",
        of=_APPLICATION,
        path="displayName",
        test=_kept_single,
        says="an application with preventDuplicateNames is refused where another one has its name",
        remedy="Give '{this}' another name than '{other}' has",
        source="https://www.pulumi.com/registry/packages/azuread/api-docs/application/",
        passes=Sketch(one=_application(), two=_application(name="Two")),
        fails=Sketch(
            one=_application(), two=(_APPLICATION, {"displayName": "Ignition", "preventDuplicateNames": True})
        ),
    ),
)

PRINCIPALS_IN_PLAN: Final = (
    OneOfAKind(
        id="identity.second-service-principal",
        of=SERVICE_PRINCIPAL,
        path="clientId",
        key=lambda plan, one: plan.key(one, "clientId"),
        says="an application has one service principal in a tenant",
        remedy="Use '{other}' and leave '{this}' out",
        source="https://learn.microsoft.com/entra/identity-platform/app-objects-and-service-principals",
        passes=_principal("client_id"),
        fails=Sketch(
            app=_application(),
            one=(SERVICE_PRINCIPAL, {"clientId": Ref("app", "client_id")}),
            two=(SERVICE_PRINCIPAL, {"clientId": Ref("app", "client_id")}),
        ),
    ),
    LeadsTo(
        id="identity.principal-of-another-output",
        of=SERVICE_PRINCIPAL,
        path="clientId",
        to=(_APPLICATION,),
        output="client_id",
        says="a service principal is made from an application's client_id, not from its object id",
        remedy="Pass `client_id`; this is another output of '{other}'",
        source="https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipal/",
        passes=_principal("client_id"),
        fails=_principal("object_id"),
    ),
)

PASSWORDS_IN_PLAN: Final = (
    LeadsTo(
        id="identity.secret-of-another-output",
        of=_PASSWORD,
        path="applicationId",
        to=(_APPLICATION,),
        says="a client secret names its application by the id, /applications/OBJECT-ID",
        remedy="Pass `id`; this is another output of '{other}'",
        source="https://www.pulumi.com/registry/packages/azuread/api-docs/applicationpassword/",
        passes=_secret("id"),
        fails=_secret("client_id"),
    ),
)
