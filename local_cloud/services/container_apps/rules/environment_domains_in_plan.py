"""Rules over the plan on an environment's own domain: the record that proves it and the certificate that covers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from local_cloud.packages.azure_native.sketches import Sketched, environment
from local_cloud.packages.azure_native.tokens import ENVIRONMENT
from local_cloud.server.plan.examples import Ref, Sketch
from local_cloud.server.plan.order import After
from local_cloud.server.plan.plan import Plan
from local_cloud.server.plan.planned import Planned
from local_cloud.server.plan.rules import Together
from local_cloud.services.container_apps.rules.hosts import ORIGIN, REQUEST, dns_record, records
from local_cloud.services.container_apps.rules.secrets import DOCS

_PATH: Final = "customDomainConfiguration.dnsSuffix"
_VALUE: Final = "customDomainConfiguration.certificateValue"
_SUFFIXES: Final = f"{DOCS}/environment-custom-dns-suffix"


def _proofs(plan: Plan, one: Planned) -> Iterable[Planned]:
    suffix = plan.known(one, _PATH)
    return records(plan, f"asuid.{suffix}", "TXT") if suffix is not None else ()


def _is_covered_by_another(plan: Plan) -> Iterable[tuple[Planned, Planned]]:
    for each in plan.of(ENVIRONMENT):
        yield from plan.as_far_as_known(_uncovered, each)


def _uncovered(plan: Plan, one: Planned) -> Iterator[tuple[Planned, Planned]]:
    suffix, origin = plan.known(one, _PATH), one.origins.get(_VALUE)
    if suffix is None or origin is None:
        return
    signed = [each for urn in origin.resources if (each := plan.by_urn.get(urn)) is not None and each.token == ORIGIN]
    for each in signed:
        if len(signed) == 1 and f"*.{suffix}" not in {str(name) for name in plan.keys(each, "hostnames[]")}:
            yield one, each


def _own(suffix: str = "apps.ecent.online", *after: str, **more: Any) -> Sketched:
    given = {"dnsSuffix": suffix, "certificateValue": "AA==", "certificatePassword": "p", **more}
    return environment(customDomainConfiguration=given, depends_on=[*after])


def _signed(host: str) -> Sketch:
    return Sketch(
        request=(REQUEST, {}),
        origin=(ORIGIN, {"csr": Ref("request", "cert_request_pem"), "hostnames": [host]}),
        environment=_own(certificateValue=Ref("origin", None)),
    )


_PROOF: Final = dns_record("TXT", '"0A1B"', "asuid.apps.ecent.online")

ENVIRONMENT_DOMAINS_IN_PLAN: Final = (
    After(
        id="container_apps.environment-domain-before-its-proof",
        of=ENVIRONMENT,
        path=_PATH,
        needs=_proofs,
        says="an environment takes a domain of its own only when the asuid TXT record of the domain is there "
        "(InvalidCustomHostNameValidation)",
        remedy="Write opts=ResourceOptions(depends_on=[{other}]) for '{this}'",
        source="https://github.com/microsoft/azure-container-apps/issues/525",
        unseen="the record is there and the servers that Azure asks do not have it yet",
        passes=Sketch(proof=_PROOF, environment=_own("apps.ecent.online", "proof")),
        fails=Sketch(proof=_PROOF, environment=_own()),
    ),
    Together(
        id="container_apps.environment-domain-with-another-certificate",
        of=ENVIRONMENT,
        path=_VALUE,
        test=_is_covered_by_another,
        says="the certificate of an environment's own domain is a wildcard for it: *.SUFFIX",
        remedy="Add the wildcard to the hostnames of '{other}'",
        source=_SUFFIXES,
        passes=_signed("*.apps.ecent.online"),
        fails=_signed("apps.ecent.online"),
    ),
)
