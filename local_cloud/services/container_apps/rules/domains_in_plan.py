"""Rules over the plan on hosts of apps: who serves them, their certificates, and the DNS records that prove and lead to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import app, environment
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo, Together
from local_cloud.server.values.shapes import is_object
from local_cloud.services.container_apps.rules.hosts import (
    BRING,
    CERTIFICATE_ID,
    DOMAINS,
    HOST,
    MANAGED,
    ORIGIN,
    PROOF,
    RECORD,
    REQUEST,
    bound_app,
    dns_record,
    hosts_of,
    made_of,
    managed_certificate,
    origin_certificate,
    records,
    signed_by_cloudflare,
    subject,
    with_certificate,
    with_managed_certificate,
    with_record,
)


def _bound_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[str, Planned] = {}
    for each in plan.of(tokens.APP):
        for _, host in hosts_of(each):
            other = seen.setdefault(host, each)
            if other is not each:
                yield each, other


def _in_one_environment(plan: Plan, one: Planned, certificate: Planned) -> bool:
    own, around = plan.key(one, "environmentId"), plan.place(certificate)
    return not isinstance(own, str) or around is None or plan.own_id(own) == around


def _binding(plan: Plan, one: Planned, certificate: Planned) -> list[str]:
    """The hosts that an app binds with a certificate."""
    identity = plan.identity(certificate)
    return [
        host
        for number, host in hosts_of(one)
        if plan.key_at(one, f"{DOMAINS}[{number}].certificateId") == identity is not None
    ]


def _covers(certificates: Iterable[str], host: str) -> bool:
    return any(
        name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])
        for name in (each.casefold() for each in certificates)
    )


def _is_for_the_host(plan: Plan, one: Planned, certificate: Planned) -> bool:
    signed = made_of(plan, certificate, ORIGIN)
    if len(signed) != 1:
        return True
    names = [str(each) for each in plan.keys(signed[0], "hostnames[]")]
    return all(_covers(names, host) for host in _binding(plan, one, certificate))


def _is_its_subject(plan: Plan, one: Planned, certificate: Planned) -> bool:
    return all(host == subject(plan, certificate) for host in _binding(plan, one, certificate))


def _proofs(plan: Plan, one: Planned) -> Iterable[Planned]:
    return [record for _, host in hosts_of(one) for record in records(plan, f"asuid.{host}", "TXT")]


def _unproved(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.APP):
        for _, host in hosts_of(each):
            served = records(plan, host, "CNAME", "A")
            proved = plan.by_text(RECORD, "name").get(f"asuid.{host}") or plan.has_unknown(RECORD, "name")
            if served and not proved:
                yield each, served[0]


def _proved_by_something_else(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(RECORD):
        name, origin = each.inputs.get("name"), each.origins.get("content")
        other = plan.by_urn.get(origin.resources[0]) if origin is not None and len(origin.resources) == 1 else None
        if isinstance(name, str) and name.casefold().startswith("asuid.") and other is not None and origin is not None:
            right = origin.attribute in {None, "custom_domain_verification_id"}
            if not right and other.token in plan.types:
                yield each, other


def _leads_elsewhere(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Records that lead to another app or environment than the one that serves the host."""
    for one in plan.of(tokens.APP):
        environment_ = plan.target(one, "environmentId", tokens.ENVIRONMENT)
        for _, host in hosts_of(one):
            for record in records(plan, host, "CNAME", "A"):
                other = plan.target(record, "content", tokens.APP, tokens.ENVIRONMENT)
                if (
                    isinstance(other, Planned)
                    and isinstance(environment_, Planned)
                    and other not in {one, environment_}
                ):
                    yield record, one


def _behind_the_proxy(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.MANAGED_CERTIFICATE):
        host = (
            each.inputs.get("properties", {}).get("subjectName") if is_object(each.inputs.get("properties")) else None
        )
        for record in records(plan, host.casefold(), "CNAME", "A") if isinstance(host, str) else ():
            if record.inputs.get("proxied") is True:
                yield each, record
    for each in plan.of(tokens.APP):
        for number, host in hosts_of(each):
            binding = plan.key_at(each, f"{DOMAINS}[{number}].bindingType")
            for record in records(plan, host, "CNAME", "A") if binding == "auto" else ():
                if record.inputs.get("proxied") is True:
                    yield each, record


DOMAINS_IN_PLAN: Final = (
    Together(
        id="container_apps.host-bound-twice",
        of=tokens.APP,
        path=DOMAINS,
        test=_bound_twice,
        says="a custom domain is bound to one app",
        remedy="Take the domain out of '{this}' or out of '{other}'",
        source=BRING,
        passes=Sketch(
            one=bound_app(domain={}),
            two=bound_app("ca-two", host="two.ecent.online", domain={}),
            environment=environment(),
        ),
        fails=Sketch(one=bound_app(domain={}), two=bound_app("ca-two", domain={}), environment=environment()),
    ),
    Fits(
        id="container_apps.certificate-of-another-environment",
        of=tokens.APP,
        path=CERTIFICATE_ID,
        along=CERTIFICATE_ID,
        to=(tokens.APP_CERTIFICATE, tokens.MANAGED_CERTIFICATE),
        fits=_in_one_environment,
        says="an app binds certificates of its own environment",
        remedy="Make '{other}' in the environment of '{this}'",
        source=BRING,
        passes=with_certificate(origin_certificate()),
        fails=with_certificate(origin_certificate(environmentName="cae-other")),
    ),
    Fits(
        id="container_apps.certificate-for-another-host",
        of=tokens.APP,
        path=CERTIFICATE_ID,
        along=CERTIFICATE_ID,
        to=(tokens.APP_CERTIFICATE,),
        fits=_is_for_the_host,
        says="the certificate of a custom domain is for that host, by its name or by a wildcard one level above",
        remedy="Add the host to the hostnames of the certificate in '{other}'",
        source=BRING,
        passes=with_certificate(origin_certificate(), "*.ecent.online"),
        fails=with_certificate(origin_certificate(), "admin.ecent.online"),
    ),
    Fits(
        id="container_apps.managed-certificate-for-another-host",
        of=tokens.APP,
        path=CERTIFICATE_ID,
        along=CERTIFICATE_ID,
        to=(tokens.MANAGED_CERTIFICATE,),
        fits=_is_its_subject,
        says="a managed certificate is for its subjectName alone",
        remedy="Bind a certificate whose subjectName is the host; '{other}' is for another",
        source=MANAGED,
        passes=Sketch(environment=environment(), certificate=managed_certificate(), app=bound_app()),
        fails=Sketch(
            environment=environment(), certificate=managed_certificate(), app=bound_app(host="two.ecent.online")
        ),
    ),
    LeadsTo(
        id="container_apps.certificate-of-another-kind",
        of=tokens.APP,
        path=CERTIFICATE_ID,
        to=(tokens.APP_CERTIFICATE, tokens.MANAGED_CERTIFICATE),
        says="a custom domain is bound with the id of a certificate of the environment",
        remedy="Pass the `id` of an app.Certificate or app.ManagedCertificate; this comes from '{other}'",
        source=BRING,
        passes=Sketch(environment=environment(), certificate=managed_certificate(), app=bound_app()),
        fails=Sketch(
            environment=environment(), certificate=signed_by_cloudflare(HOST), request=(REQUEST, {}), app=bound_app()
        ),
    ),
    After(
        id="container_apps.host-before-its-proof",
        of=tokens.APP,
        path=DOMAINS,
        needs=_proofs,
        says="a host is bound only when its asuid TXT record is there (InvalidCustomHostNameValidation)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=BRING,
        passes=with_record("proof", proof=PROOF),
        fails=with_record(proof=PROOF),
    ),
    Together(
        id="container_apps.host-without-its-proof",
        of=tokens.APP,
        path=DOMAINS,
        test=_unproved,
        says="a host is bound only with a TXT record asuid.HOST that holds the subscription's verification id "
        "(InvalidCustomHostNameValidation)",
        remedy="Add the TXT record beside '{other}', and make '{this}' depend on it",
        source=BRING,
        passes=with_record("proof", proof=PROOF),
        fails=with_record(),
    ),
    Together(
        id="container_apps.host-leads-elsewhere",
        of=tokens.APP,
        also=(RECORD,),
        path="content",
        test=_leads_elsewhere,
        says="the record of a custom domain leads to the app that serves it, or to its environment",
        remedy="Let '{this}' lead to the host of '{other}'",
        source=BRING,
        passes=with_record("proof", proof=PROOF),
        fails=Sketch(
            environment=environment(),
            wrong=app("ca-wrong", environmentId=Ref("environment")),
            cname=dns_record("CNAME", Ref("wrong", None)),
            app=bound_app(domain={}),
        ),
    ),
    Together(
        id="container_apps.automatic-certificate-behind-a-proxy",
        of=tokens.APP,
        also=(tokens.MANAGED_CERTIFICATE,),
        path=DOMAINS,
        test=_behind_the_proxy,
        says="a managed certificate is issued and renewed only where the record leads straight to the app, not through Cloudflare's proxy",
        remedy="Set proxied=False on '{other}', or bring a certificate of Cloudflare's Origin CA",
        source=MANAGED,
        passes=with_managed_certificate(dns_record("CNAME", "app.example.net")),
        fails=with_managed_certificate(dns_record("CNAME", "app.example.net", proxied=True, ttl=1)),
    ),
    Together(
        id="container_apps.proof-from-something-else",
        of=tokens.APP,
        also=(RECORD,),
        path="content",
        test=_proved_by_something_else,
        says="an asuid record holds the verification id: getCustomDomainVerificationId, or an app's custom_domain_verification_id",
        remedy="Put the verification id into '{this}'; this comes from '{other}'",
        source=BRING,
        passes=Sketch(app=app(), proof=dns_record("TXT", Ref("app", "custom_domain_verification_id"), f"asuid.{HOST}")),
        fails=Sketch(app=app(), proof=dns_record("TXT", Ref("app", "id"), f"asuid.{HOST}")),
    ),
)
