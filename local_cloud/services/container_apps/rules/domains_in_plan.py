"""Rules over the plan on hosts of apps: who serves them, their certificates, and the DNS records that prove and lead to them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native import tokens
from local_cloud.packages.azure_native.sketches import GROUP, Sketched, app, environment
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan, without_subscription
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Fits, LeadsTo, OneOfAKind, Together
from local_cloud.server.values.shapes import is_list, is_object
from local_cloud.services.container_apps.rules.secrets import DOCS

RECORD: Final = "cloudflare:index/dnsRecord:DnsRecord"
_DOMAINS: Final = "configuration.ingress.customDomains"
_CERTIFICATE_ID: Final = f"{_DOMAINS}[].certificateId"
_BRING: Final = f"{DOCS}/custom-domains-certificates"
_MANAGED: Final = f"{DOCS}/custom-domains-managed-certificates"
_ORIGIN: Final = "cloudflare:index/originCaCertificate:OriginCaCertificate"
_REQUEST: Final = "tls:index/certRequest:CertRequest"
_KEY: Final = "tls:index/privateKey:PrivateKey"


def hosts_of(app_: Planned) -> Iterator[tuple[int, str]]:
    """An app's custom domains that are known, with their place in the list."""
    configuration = app_.inputs.get("configuration")
    ingress = configuration.get("ingress") if is_object(configuration) else None
    domains = ingress.get("customDomains") if is_object(ingress) else None
    for number, each in enumerate(domains if is_list(domains) else []):
        name = each.get("name") if is_object(each) else None
        if isinstance(name, str):
            yield number, name.casefold().rstrip(".")


def records(plan: Plan, host: str, *kinds: str) -> list[Planned]:
    """The DNS records of a host that are of some types."""
    return [
        each for each in plan.by_text(RECORD, "name").get(host, ()) if str(each.inputs.get("type")).upper() in kinds
    ]


def _subject(plan: Plan, certificate: Planned) -> str:
    return str(plan.known(certificate, "properties.subjectName"))


def _bound_twice(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    seen: dict[str, Planned] = {}
    for each in plan.of(tokens.APP):
        for _, host in hosts_of(each):
            other = seen.setdefault(host, each)
            if other is not each:
                yield each, other


def _in_one_environment(plan: Plan, one: Planned, certificate: Planned) -> bool:
    own, around = plan.key(one, "environmentId"), plan.place(certificate)
    return not isinstance(own, str) or around is None or without_subscription(own) == around


def _binding(plan: Plan, one: Planned, certificate: Planned) -> list[str]:
    """The hosts that an app binds with a certificate."""
    identity = plan.identity(certificate)
    return [
        host
        for number, host in hosts_of(one)
        if plan.key_at(one, f"{_DOMAINS}[{number}].certificateId") == identity is not None
    ]


def _covers(certificates: Iterable[str], host: str) -> bool:
    return any(
        name == host or (name.startswith("*.") and host.partition(".")[2] == name[2:])
        for name in (each.casefold() for each in certificates)
    )


def _is_for_the_host(plan: Plan, one: Planned, certificate: Planned) -> bool:
    made_of = _made_of(plan, certificate, _ORIGIN)
    if len(made_of) != 1:
        return True
    names = [str(each) for each in plan.keys(made_of[0], "hostnames[]")]
    return all(_covers(names, host) for host in _binding(plan, one, certificate))


def _is_its_subject(plan: Plan, one: Planned, certificate: Planned) -> bool:
    return all(host == _subject(plan, certificate) for host in _binding(plan, one, certificate))


def _made_of(plan: Plan, resource: Planned, token: str) -> list[Planned]:
    """The resources of a type that a certificate's value is made of."""
    origin = resource.origins.get("properties.value")
    found = [plan.by_urn.get(urn) for urn in origin.resources] if origin is not None else []
    return [each for each in found if each is not None and each.token == token]


def _key_of(plan: Plan, certificate: Planned) -> Planned | None:
    """The key behind a certificate's signing request."""
    request = plan.target(certificate, "csr", _REQUEST)
    key = plan.target(request, "privateKeyPem", _KEY) if isinstance(request, Planned) else None
    return key if isinstance(key, Planned) else None


def _has_another_key(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.APP_CERTIFICATE):
        origins, keys = _made_of(plan, each, _ORIGIN), _made_of(plan, each, _KEY)
        signed = _key_of(plan, origins[0]) if len(origins) == 1 else None
        if len(keys) == 1 and signed is not None and signed is not keys[0]:
            yield each, keys[0]


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


def _for_managed(plan: Plan, certificate: Planned) -> list[Planned]:
    return records(plan, _subject(plan, certificate), "CNAME", "A")


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
            binding = plan.key_at(each, f"{_DOMAINS}[{number}].bindingType")
            for record in records(plan, host, "CNAME", "A") if binding == "auto" else ():
                if record.inputs.get("proxied") is True:
                    yield each, record


def _validated_another_way(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(tokens.MANAGED_CERTIFICATE):
        properties = each.inputs.get("properties")
        host = properties.get("subjectName") if is_object(properties) else None
        if is_object(properties) and isinstance(host, str) and properties.get("domainControlValidation") == "CNAME":
            for record in records(plan, host.casefold(), "A"):
                yield each, record


def _environment_is_open(plan: Plan, _one: Planned, environment_: Planned) -> bool:
    closed = plan.known(environment_, "vnetConfiguration.internal") is True
    return not closed and plan.known(environment_, "publicNetworkAccess") != "disabled"


def _managed_key(plan: Plan, certificate: Planned) -> Hashable | None:
    return plan.place(certificate), _subject(plan, certificate)


def _first_bound_by(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    """Managed certificates whose host no app of the environment has before."""
    for each in plan.of(tokens.MANAGED_CERTIFICATE):
        environment_ = plan.parent(each, tokens.ENVIRONMENT)
        properties = each.inputs.get("properties")
        host = properties.get("subjectName") if is_object(properties) else None
        if environment_ is None or not isinstance(host, str):
            continue
        serving = [one for one in plan.of(tokens.APP) if host.casefold() in {name for _, name in hosts_of(one)}]
        if not any(plan.follows(each, one) for one in serving):
            yield each, (serving or [environment_])[0]


_HOST: Final = "api.ecent.online"
_ZONE: Final = "fedcba9876543210fedcba9876543210"


def _bound(name: str = "ca-api", *, host: str = _HOST, kind: str = "SniEnabled", **others: Any) -> Sketched:
    domain = {"name": host, "bindingType": kind, **others.pop("domain", {"certificateId": Ref("certificate")})}
    return app(
        name, **{"environmentId": Ref("environment"), **others}, configuration={"ingress": {"customDomains": [domain]}}
    )


def _certificate(**inputs: Any) -> Sketched:
    return tokens.APP_CERTIFICATE, {
        "resourceGroupName": GROUP,
        "environmentName": "cae-ignition-dev",
        "certificateName": "origin",
        "properties": {"value": Ref("origin", "certificate")},
        **inputs,
    }


def _managed(name: str = "api", *, how: str = "CNAME", **inputs: Any) -> Sketched:
    return tokens.MANAGED_CERTIFICATE, {
        "resourceGroupName": GROUP,
        "environmentName": "cae-ignition-dev",
        "managedCertificateName": name,
        "properties": {"subjectName": _HOST, "domainControlValidation": how},
        **inputs,
    }


def _record(kind: str, content: Any, name: str = _HOST, **inputs: Any) -> Sketched:
    return RECORD, {"zoneId": _ZONE, "name": name, "type": kind, "content": content, "ttl": 300, **inputs}


def _origin(host: str) -> Sketched:
    return _ORIGIN, {"csr": Ref("request", "cert_request_pem"), "hostnames": [host]}


def _signed(certificate: Sketched, host: str = _HOST) -> Sketch:
    return Sketch(
        environment=environment(),
        key=(_KEY, {"algorithm": "RSA"}),
        spare=(_KEY, {"algorithm": "RSA"}),
        request=(_REQUEST, {"privateKeyPem": Ref("key", "private_key_pem")}),
        origin=_origin(host),
        certificate=certificate,
        app=_bound(),
    )


def _proved(*after: str, **others: Sketched) -> Sketch:
    return Sketch(
        environment=environment(),
        cname=_record("CNAME", Ref("environment", None)),
        **others,
        app=_bound(domain={}, kind="Disabled", depends_on=[*after]),
    )


def _with_managed(record: Sketched, **inputs: Any) -> Sketch:
    return Sketch(environment=environment(), record=record, certificate=_managed(**inputs))


_PROOF: Final = _record("TXT", '"0A1B"', f"asuid.{_HOST}")

DOMAINS_IN_PLAN: Final = (
    Together(
        id="container_apps.host-bound-twice",
        of=tokens.APP,
        path=_DOMAINS,
        test=_bound_twice,
        says="a custom domain is bound to one app",
        remedy="Take the domain out of '{this}' or out of '{other}'",
        source=_BRING,
        passes=Sketch(
            one=_bound(domain={}), two=_bound("ca-two", host="two.ecent.online", domain={}), environment=environment()
        ),
        fails=Sketch(one=_bound(domain={}), two=_bound("ca-two", domain={}), environment=environment()),
    ),
    Fits(
        id="container_apps.certificate-of-another-environment",
        of=tokens.APP,
        path=_CERTIFICATE_ID,
        along=_CERTIFICATE_ID,
        to=(tokens.APP_CERTIFICATE, tokens.MANAGED_CERTIFICATE),
        fits=_in_one_environment,
        says="an app binds certificates of its own environment",
        remedy="Make '{other}' in the environment of '{this}'",
        source=_BRING,
        passes=_signed(_certificate()),
        fails=_signed(_certificate(environmentName="cae-other")),
    ),
    Fits(
        id="container_apps.certificate-for-another-host",
        of=tokens.APP,
        path=_CERTIFICATE_ID,
        along=_CERTIFICATE_ID,
        to=(tokens.APP_CERTIFICATE,),
        fits=_is_for_the_host,
        says="the certificate of a custom domain is for that host, by its name or by a wildcard one level above",
        remedy="Add the host to the hostnames of the certificate in '{other}'",
        source=_BRING,
        passes=_signed(_certificate(), "*.ecent.online"),
        fails=_signed(_certificate(), "admin.ecent.online"),
    ),
    Fits(
        id="container_apps.managed-certificate-for-another-host",
        of=tokens.APP,
        path=_CERTIFICATE_ID,
        along=_CERTIFICATE_ID,
        to=(tokens.MANAGED_CERTIFICATE,),
        fits=_is_its_subject,
        says="a managed certificate is for its subjectName alone",
        remedy="Bind a certificate whose subjectName is the host; '{other}' is for another",
        source=_MANAGED,
        passes=Sketch(environment=environment(), certificate=_managed(), app=_bound()),
        fails=Sketch(environment=environment(), certificate=_managed(), app=_bound(host="two.ecent.online")),
    ),
    LeadsTo(
        id="container_apps.certificate-of-another-kind",
        of=tokens.APP,
        path=_CERTIFICATE_ID,
        to=(tokens.APP_CERTIFICATE, tokens.MANAGED_CERTIFICATE),
        says="a custom domain is bound with the id of a certificate of the environment",
        remedy="Pass the `id` of an app.Certificate or app.ManagedCertificate; this comes from '{other}'",
        source=_BRING,
        passes=Sketch(environment=environment(), certificate=_managed(), app=_bound()),
        fails=Sketch(environment=environment(), certificate=_origin(_HOST), request=(_REQUEST, {}), app=_bound()),
    ),
    After(
        id="container_apps.host-before-its-proof",
        of=tokens.APP,
        path=_DOMAINS,
        needs=_proofs,
        says="a host is bound only when its asuid TXT record is there (InvalidCustomHostNameValidation)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_BRING,
        passes=_proved("proof", proof=_PROOF),
        fails=_proved(proof=_PROOF),
    ),
    Together(
        id="container_apps.host-without-its-proof",
        of=tokens.APP,
        path=_DOMAINS,
        test=_unproved,
        says="a host is bound only with a TXT record asuid.HOST that holds the subscription's verification id "
        "(InvalidCustomHostNameValidation)",
        remedy="Add the TXT record beside '{other}', and make '{this}' depend on it",
        source=_BRING,
        passes=_proved("proof", proof=_PROOF),
        fails=_proved(),
    ),
    Together(
        id="container_apps.host-leads-elsewhere",
        of=tokens.APP,
        also=(RECORD,),
        path="content",
        test=_leads_elsewhere,
        says="the record of a custom domain leads to the app that serves it, or to its environment",
        remedy="Let '{this}' lead to the host of '{other}'",
        source=_BRING,
        passes=_proved("proof", proof=_PROOF),
        fails=Sketch(
            environment=environment(),
            wrong=app("ca-wrong", environmentId=Ref("environment")),
            cname=_record("CNAME", Ref("wrong", None)),
            app=_bound(domain={}),
        ),
    ),
    Together(
        id="container_apps.automatic-certificate-behind-a-proxy",
        of=tokens.APP,
        also=(tokens.MANAGED_CERTIFICATE,),
        path=_DOMAINS,
        test=_behind_the_proxy,
        says="a managed certificate is issued and renewed only where the record leads straight to the app, not through Cloudflare's proxy",
        remedy="Set proxied=False on '{other}', or bring a certificate of Cloudflare's Origin CA",
        source=_MANAGED,
        passes=_with_managed(_record("CNAME", "app.example.net")),
        fails=_with_managed(_record("CNAME", "app.example.net", proxied=True, ttl=1)),
    ),
    Together(
        id="container_apps.proof-from-something-else",
        of=tokens.APP,
        also=(RECORD,),
        path="content",
        test=_proved_by_something_else,
        says="an asuid record holds the verification id: getCustomDomainVerificationId, or an app's custom_domain_verification_id",
        remedy="Put the verification id into '{this}'; this comes from '{other}'",
        source=_BRING,
        passes=Sketch(app=app(), proof=_record("TXT", Ref("app", "custom_domain_verification_id"), f"asuid.{_HOST}")),
        fails=Sketch(app=app(), proof=_record("TXT", Ref("app", "id"), f"asuid.{_HOST}")),
    ),
)

CERTIFICATES_IN_PLAN: Final = (
    Together(
        id="container_apps.certificate-with-another-key",
        of=tokens.APP_CERTIFICATE,
        path="properties.value",
        test=_has_another_key,
        says="a certificate comes with the key whose request was signed",
        remedy="Put the key behind the request into '{this}', not '{other}'",
        source=_BRING,
        passes=_signed(_certificate(properties={"value": Ref("origin", None, also=("key",))})),
        fails=_signed(_certificate(properties={"value": Ref("origin", None, also=("spare",))})),
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
        source=_MANAGED,
        passes=Sketch(one=_managed(), two=_managed("two", environmentName="cae-two")),
        fails=Sketch(one=_managed(), two=_managed("two")),
    ),
    After(
        id="container_apps.managed-certificate-before-its-record",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        needs=_for_managed,
        says="a managed certificate is issued only when the record of its host leads to the app (FailedCnameValidation)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source=_MANAGED,
        passes=_with_managed(_record("CNAME", "app.example.net"), depends_on=["record"]),
        fails=_with_managed(_record("CNAME", "app.example.net")),
    ),
    Together(
        id="container_apps.managed-certificate-before-its-host",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.subjectName",
        test=_first_bound_by,
        warning=True,
        says="a managed certificate is for a host that an app of the environment has already, bound as Disabled "
        "(RequireCustomHostnameInEnvironment)",
        remedy="Bind the host with bindingType Auto and leave '{this}' out, or make it depend on an app that has the host; see '{other}'",
        source="https://github.com/microsoft/azure-container-apps/issues/796",
        passes=Sketch(
            environment=environment(),
            app=_bound(domain={}, kind="Disabled"),
            certificate=_managed(depends_on=["app"]),
        ),
        fails=Sketch(environment=environment(), certificate=_managed()),
    ),
    Together(
        id="container_apps.validated-by-another-record",
        of=tokens.MANAGED_CERTIFICATE,
        path="properties.domainControlValidation",
        test=_validated_another_way,
        says="validation by CNAME needs a CNAME record; a host with an A record is validated by HTTP",
        remedy="Set domainControlValidation HTTP on '{this}', or make '{other}' a CNAME",
        source=_MANAGED,
        passes=_with_managed(_record("A", "203.0.113.10"), how="HTTP"),
        fails=_with_managed(_record("A", "203.0.113.10")),
    ),
    Fits(
        id="container_apps.managed-certificate-out-of-reach",
        of=tokens.MANAGED_CERTIFICATE,
        path="environmentName",
        to=(tokens.ENVIRONMENT,),
        fits=_environment_is_open,
        says="a managed certificate needs an environment that the internet reaches",
        remedy="Bring a certificate of your own to '{other}', which is internal",
        source=_MANAGED,
        passes=Sketch(environment=environment(), certificate=_managed()),
        fails=Sketch(environment=environment(vnetConfiguration={"internal": True}), certificate=_managed()),
    ),
)
