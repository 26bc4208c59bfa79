"""Rules over the plan on Access: a host is guarded once, by policies and providers of its own account."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Final

from local_cloud.packages.cloudflare.sketches import ACCOUNT, OTHER_ACCOUNT, Sketched, access_application
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import LeadsTo, OneOfAKind, Same, Together
from local_cloud.server.values.shapes import is_list, is_object

APPLICATION: Final = "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication"
POLICY: Final = "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy"
PROVIDER: Final = "cloudflare:index/zeroTrustAccessIdentityProvider:ZeroTrustAccessIdentityProvider"
_ENTRA_APPLICATION: Final = "azuread:index/application:Application"
_ENTRA_PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"
_API: Final = "https://developers.cloudflare.com/api/resources/zero_trust/subresources/access/subresources"
_APPLICATIONS: Final = f"{_API}/applications/methods/create/"
_PROVIDERS: Final = (
    "https://developers.cloudflare.com/api/resources/zero_trust/subresources/identity_providers/methods/create/"
)
_ONCE_FOR_AN_ACCOUNT: Final = frozenset({"app_launcher", "warp", "biso", "dash_sso"})


def _addresses(one: Planned) -> Iterable[str]:
    destinations, domain = one.inputs.get("destinations"), one.inputs.get("domain")
    listed = destinations if is_list(destinations) else []
    found = [each.get("uri") for each in listed if is_object(each) and each.get("type", "public") == "public"]
    return {each.casefold().rstrip("/") for each in (*found, domain) if isinstance(each, str)}


def _guarded_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[str, Planned] = {}
    for each in plan.of(APPLICATION):
        for address in _addresses(each):
            other = seen.setdefault(address, each)
            if other is not each:
                yield each, other


def _once_for_an_account(plan: Plan, one: Planned) -> Hashable | None:
    kind = plan.known(one, "type")
    return (plan.key(one, "accountId"), kind) if kind in _ONCE_FOR_AN_ACCOUNT else None


def _one_time_pin(plan: Plan, one: Planned) -> Hashable | None:
    if plan.known(one, "type") != "onetimepin":
        return None
    return plan.key(one, "accountId"), plan.key(one, "zoneId")


def _policy(**inputs: Any) -> Sketched:
    return POLICY, {"accountId": ACCOUNT, "name": "operators", "decision": "allow", **inputs}


def _provider(kind: str = "azureAD", **inputs: Any) -> Sketched:
    return PROVIDER, {"accountId": ACCOUNT, "name": "sign-in", "type": kind, **inputs}


def _with_policy(**inputs: Any) -> Sketch:
    return Sketch(
        policy=_policy(**inputs), app=access_application("admin.ecent.online", policies=[{"id": Ref("policy")}])
    )


def _with_provider(**inputs: Any) -> Sketch:
    return Sketch(
        provider=_provider(**inputs), app=access_application("admin.ecent.online", allowedIdps=[Ref("provider")])
    )


def _named_by_policy(**inputs: Any) -> Sketch:
    rule = {"loginMethod": {"id": Ref("provider")}}
    return Sketch(provider=_provider(**inputs), policy=_policy(includes=[rule]))


def _of_entra(**config: Any) -> Sketch:
    return Sketch(
        app=(_ENTRA_APPLICATION, {"displayName": "Access"}),
        secret=(_ENTRA_PASSWORD, {"applicationId": Ref("app")}),
        provider=_provider(config=config),
    )


APPLICATIONS_IN_PLAN: Final = (
    Together(
        id="edge.host-guarded-twice",
        of=APPLICATION,
        path="destinations",
        test=_guarded_twice,
        says="a host and path belong to one Access application (access.api.error.application_already_exists)",
        remedy="Put both into one application, or give '{this}' another path than '{other}' has",
        source=_APPLICATIONS,
        passes=Sketch(
            one=access_application("admin.ecent.online"), two=access_application("admin.ecent.online/health")
        ),
        fails=Sketch(one=access_application("admin.ecent.online"), two=access_application("Admin.ecent.online")),
    ),
    OneOfAKind(
        id="edge.second-launcher",
        of=APPLICATION,
        path="type",
        key=_once_for_an_account,
        says="an account has one application of the types app_launcher, warp, biso and dash_sso",
        remedy="Put what '{this}' says into '{other}'",
        source=_APPLICATIONS,
        passes=Sketch(one=access_application(type="app_launcher"), two=access_application(type="warp")),
        fails=Sketch(one=access_application(type="app_launcher"), two=access_application(type="app_launcher")),
    ),
    Same(
        id="edge.policy-of-another-account",
        of=APPLICATION,
        path="accountId",
        along="policies[].id",
        to=(POLICY,),
        says="an application takes reusable policies of its own account",
        remedy="Make '{other}' in the account of '{this}'",
        source=_APPLICATIONS,
        passes=_with_policy(),
        fails=_with_policy(accountId=OTHER_ACCOUNT),
    ),
    Same(
        id="edge.provider-of-another-account",
        of=APPLICATION,
        path="accountId",
        along="allowedIdps[]",
        to=(PROVIDER,),
        says="an application allows identity providers of its own account",
        remedy="Make '{other}' in the account of '{this}'",
        source=_APPLICATIONS,
        passes=_with_provider(),
        fails=_with_provider(accountId=OTHER_ACCOUNT),
    ),
    LeadsTo(
        id="edge.policy-of-another-kind",
        of=APPLICATION,
        path="policies[].id",
        to=(POLICY,),
        says="an application names its policies by their ids",
        remedy="Pass the `id` of a ZeroTrustAccessPolicy; this comes from '{other}'",
        source=_APPLICATIONS,
        passes=_with_policy(),
        fails=Sketch(policy=_provider(), app=access_application("a.ecent.online", policies=[{"id": Ref("policy")}])),
    ),
    LeadsTo(
        id="edge.provider-of-another-kind",
        of=APPLICATION,
        path="allowedIdps[]",
        to=(PROVIDER,),
        says="an application names the identity providers that it allows by their ids",
        remedy="Pass the `id` of a ZeroTrustAccessIdentityProvider; this comes from '{other}'",
        source=_APPLICATIONS,
        passes=_with_provider(),
        fails=Sketch(provider=_policy(), app=access_application("a.ecent.online", allowedIdps=[Ref("provider")])),
    ),
)

POLICIES_IN_PLAN: Final = (
    Same(
        id="edge.policy-names-a-provider-of-another-account",
        of=POLICY,
        path="accountId",
        along="includes[].loginMethod.id",
        to=(PROVIDER,),
        says="a policy asks for a login by an identity provider of its own account",
        remedy="Make '{other}' in the account of '{this}'",
        source=f"{_API}/policies/methods/create/",
        passes=_named_by_policy(),
        fails=_named_by_policy(accountId=OTHER_ACCOUNT),
    ),
)

PROVIDERS_IN_PLAN: Final = (
    OneOfAKind(
        id="edge.second-one-time-pin",
        of=PROVIDER,
        path="type",
        key=_one_time_pin,
        says="an account has one provider of the type onetimepin",
        remedy="Use '{other}' and leave '{this}' out",
        source="https://developers.cloudflare.com/cloudflare-one/identity/one-time-pin/",
        passes=Sketch(one=_provider("onetimepin"), two=_provider("azureAD")),
        fails=Sketch(one=_provider("onetimepin"), two=_provider("onetimepin")),
    ),
    LeadsTo(
        id="edge.provider-with-another-client-id",
        of=PROVIDER,
        path="config.clientId",
        to=(_ENTRA_APPLICATION,),
        output="client_id",
        says="Microsoft's sign-in names its application by the client_id",
        remedy="Pass `client_id`; this is another output of '{other}'",
        source=_PROVIDERS,
        passes=_of_entra(clientId=Ref("app", "client_id")),
        fails=_of_entra(clientId=Ref("app", "object_id")),
    ),
    LeadsTo(
        id="edge.provider-with-another-secret",
        of=PROVIDER,
        path="config.clientSecret",
        to=(_ENTRA_PASSWORD,),
        output="value",
        says="a client secret is the value of the application's password, not its key id",
        remedy="Pass `value`; this is another output of '{other}'",
        source=_PROVIDERS,
        passes=_of_entra(clientSecret=Ref("secret", "value")),
        fails=_of_entra(clientSecret=Ref("secret", "key_id")),
    ),
)
