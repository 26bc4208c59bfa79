"""Rules over the plan on certificates of environments: the key they come with, and what a managed one needs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import environment
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.places import in_one_region
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, OneOfAKind, Together
from local_cloud.server.values.shapes import is_object
from local_cloud.services.container_apps.rules.hosts import (
    BRING,
    MANAGED,
    ORIGIN,
    PRIVATE_KEY,
    REQUEST,
    bound_app,
    dns_record,
    hosts_of,
    made_of,
    managed_certificate,
    origin_certificate,
    records,
    subject,
    with_certificate,
    with_managed_certificate,
)

_ISSUER: Final = "digicert.com"
_HOST_FIRST: Final = "https://github.com/pulumi/pulumi-azure-native/issues/2614"


def _key_of(plan: Plan, certificate: Planned) -> Planned | None:
    """The key behind a certificate's signing request."""
    request = plan.target(certificate, "csr", REQUEST)
    key = plan.target(request, "privateKeyPem", PRIVATE_KEY) if isinstance(request, Planned) else None
    return key if isinstance(key, Planned) else None


def _has_another_key(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.APP_CERTIFICATE):
        origins, keys = made_of(plan, each, ORIGIN), made_of(plan, each, PRIVATE_KEY)
        signed = _key_of(plan, origins[0]) if len(origins) == 1 else None
        if len(keys) == 1 and signed is not None and signed is not keys[0]:
            yield each, keys[0]


def _for_managed(plan: Plan, certificate: Planned) -> list[Planned]:
    return records(plan, subject(plan, certificate), "CNAME", "A")


def _validated_another_way(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.MANAGED_CERTIFICATE):
        properties = each.inputs.get("properties")
        host = properties.get("subjectName") if is_object(properties) else None
        if is_object(properties) and isinstance(host, str) and properties.get("domainControlValidation") == "CNAME":
            for record in records(plan, host.casefold(), "A"):
                yield each, record


def _issued_by_others_alone(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Managed certificates below a name whose CAA records, as far as the plan has them, name other authorities."""
    for each in plan.of(tokens.MANAGED_CERTIFICATE):
        yield from plan.as_far_as_known(_kept_from_digicert, each)


def _kept_from_digicert(plan: Plan, one: Planned) -> Iterator[tuple[Planned, Planned]]:
    labels = subject(plan, one).split(".")
    for number in range(len(labels) - 1):
        found = [
            each
            for each in records(plan, ".".join(labels[number:]), "CAA")
            if plan.known(each, "data.tag") in {"issue", "issuewild"}
        ]
        if found:
            if not any(str(plan.known(each, "data.value")).partition(";")[0].strip() == _ISSUER for each in found):
                yield one, found[0]
            return


def _environment_is_open(plan: Plan, _one: Planned, environment_: Planned) -> bool:
    closed = plan.known(environment_, "vnetConfiguration.internal") is True
    return not closed and plan.known(environment_, "publicNetworkAccess") != "disabled"


def _managed_key(plan: Plan, certificate: Planned) -> Hashable | None:
    return plan.place(certificate), subject(plan, certificate)


def _serving(plan: Plan) -> Iterator[tuple[Planned, Planned, list[Planned]]]:
    """Each managed certificate of a known host, with its environment and the apps of the plan that have the host."""
    for each in plan.of(tokens.MANAGED_CERTIFICATE):
        environment_ = plan.parent(each, tokens.ENVIRONMENT)
        properties = each.inputs.get("properties")
        host = properties.get("subjectName") if is_object(properties) else None
        if environment_ is not None and isinstance(host, str):
            apps = [one for one in plan.of(tokens.APP) if host.casefold() in {name for _, name in hosts_of(one)}]
            yield each, environment_, apps


def _before_its_app(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Managed certificates that wait for no app of those that have their host."""
    for each, _, apps in _serving(plan):
        if apps and not any(plan.follows(each, one) for one in apps):
            yield each, apps[0]


def _without_an_app(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Managed certificates whose host no app of the plan has."""
    for each, environment_, apps in _serving(plan):
        if not apps:
            yield each, environment_


def _with_authority(name: str) -> Sketch:
    return Sketch(
        environment=environment(),
        authority=dns_record("CAA", None, "ecent.online", data={"flags": 0, "tag": "issue", "value": name}),
        app=bound_app(domain={}, kind="Disabled"),
        certificate=managed_certificate(depends_on=["app"]),
    )


CERTIFICATES_IN_PLAN: Final = (
    Together(
        id="container_apps.certificate-with-another-key",
        of=tokens.APP_CERTIFICATE,
        path="properties.value",
        test=_has_another_key,
        says="a certificate comes with the key whose request was signed",
        remedy="Put the key behind the request into '{this}', not '{other}'",
        source=BRING,
        passes=with_certificate(origin_certificate(properties={"value": Ref("origin", None, also=("key",))})),
        fails=with_certificate(origin_certificate(properties={"value": Ref("origin", None, also=("spare",))})),
    ),
    Fits(
        id="container_apps.origin-certificate-in-another-region",
        of=tokens.APP_CERTIFICATE,
        path="location",
        to=(tokens.ENVIRONMENT,),
        fits=in_one_region,
        says="a certificate is in the region of its environment",
        remedy="Give '{this}' the location of '{other}'",
        source=BRING,
        passes=Sketch(environment=environment(), certificate=origin_certificate(location="West Europe", properties={})),
        fails=Sketch(environment=environment(), certificate=origin_certificate(location="northeurope", properties={})),
    ),
)

MANAGED_CERTIFICATES_IN_PLAN: Final = (
    OneOfAKind(
        id="container_apps.second-managed-certificate",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        key=_managed_key,
        says="an environment has one managed certificate for a host",
        remedy="Leave out '{this}' or '{other}'",
        source=MANAGED,
        passes=Sketch(one=managed_certificate(), two=managed_certificate("two", environmentName="cae-two")),
        fails=Sketch(one=managed_certificate(), two=managed_certificate("two")),
    ),
    After(
        id="container_apps.managed-certificate-before-its-record",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        needs=_for_managed,
        says="a managed certificate is issued only when the record of its host leads to the app (FailedCnameValidation)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=MANAGED,
        passes=with_managed_certificate(dns_record("CNAME", "app.example.net"), depends_on=["record"]),
        fails=with_managed_certificate(dns_record("CNAME", "app.example.net")),
    ),
    Together(
        id="container_apps.managed-certificate-before-its-host",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        test=_before_its_app,
        says="a managed certificate is created after an app of the environment has its host, bound as Disabled "
        "(RequireCustomHostnameInEnvironment)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'; or bind the host with bindingType Auto and remove '{this}'",
        source=_HOST_FIRST,
        passes=Sketch(
            environment=environment(),
            app=bound_app(domain={}, kind="Disabled"),
            certificate=managed_certificate(depends_on=["app"]),
        ),
        fails=Sketch(
            environment=environment(), app=bound_app(domain={}, kind="Disabled"), certificate=managed_certificate()
        ),
    ),
    Together(
        id="container_apps.managed-certificate-without-an-app",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        test=_without_an_app,
        warning=True,
        says="a managed certificate needs an app of the environment that has its host; this program declares none "
        "(RequireCustomHostnameInEnvironment)",
        remedy="Add the host to an app in '{other}' and make '{this}' depend on that app, unless another program has done so",
        source=_HOST_FIRST,
        passes=Sketch(
            environment=environment(),
            app=bound_app(domain={}, kind="Disabled"),
            certificate=managed_certificate(depends_on=["app"]),
        ),
        fails=Sketch(environment=environment(), certificate=managed_certificate()),
    ),
    Together(
        id="container_apps.validated-by-another-record",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.domainControlValidation",
        test=_validated_another_way,
        says="validation by CNAME needs a CNAME record; a host with an A record is validated by HTTP",
        remedy="Set domainControlValidation HTTP on '{this}', or make '{other}' a CNAME",
        source=MANAGED,
        passes=with_managed_certificate(dns_record("A", "203.0.113.10"), how="HTTP"),
        fails=with_managed_certificate(dns_record("A", "203.0.113.10")),
    ),
    Together(
        id="container_apps.managed-certificate-kept-from-its-issuer",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        test=_issued_by_others_alone,
        warning=True,
        says="where a name has CAA records, one of them lets digicert.com issue, which issues managed certificates; those of this program "
        "do not",
        remedy="Add a CAA record with the value digicert.com beside '{other}', unless the zone has one from elsewhere",
        source=MANAGED,
        passes=_with_authority("digicert.com"),
        fails=_with_authority("letsencrypt.org"),
    ),
    Fits(
        id="container_apps.managed-certificate-out-of-reach",
        of=tokens.MANAGED_CERTIFICATE,
        path="environmentName",
        to=(tokens.ENVIRONMENT,),
        fits=_environment_is_open,
        says="a managed certificate needs an environment that the internet reaches",
        remedy="Bring a certificate of your own to '{other}', which is internal",
        source=MANAGED,
        passes=Sketch(environment=environment(), certificate=managed_certificate()),
        fails=Sketch(environment=environment(vnetConfiguration={"internal": True}), certificate=managed_certificate()),
    ),
    Fits(
        id="container_apps.managed-certificate-in-another-region",
        of=tokens.MANAGED_CERTIFICATE,
        path="location",
        to=(tokens.ENVIRONMENT,),
        fits=in_one_region,
        says="a certificate is in the region of its environment",
        remedy="Give '{this}' the location of '{other}'",
        source=BRING,
        passes=Sketch(
            environment=environment(), certificate=managed_certificate(location="West Europe", properties={})
        ),
        fails=Sketch(environment=environment(), certificate=managed_certificate(location="northeurope", properties={})),
    ),
)
