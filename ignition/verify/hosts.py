"""The public hosts: certificate, HSTS, redirect, and that nobody gets in past the edge."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator

from ignition.verify.deployment import APPS, Deployment
from ignition.verify.result import Result, Subject
from ignition.verify.tls import covers, end_of, get, issuer_of

_BLOCKERS = {"api": "LATER-009", "admin": "LATER-010"}
_CERTIFICATES = "LATER-011"
_LEAST_HSTS_S = 15_552_000


def hosts(deployment: Deployment) -> Iterator[Result]:
    """Everything about both hosts."""
    for app in APPS:
        yield from _public(deployment, app)
        yield _redirect(deployment, app)
        yield _past_the_edge(deployment, app)
        yield _origin_certificate(deployment, app)
    yield _origin_verification(deployment)


def _public(deployment: Deployment, app: str) -> Iterator[Result]:
    host = deployment.host(app)
    answers, certificate = (
        Subject(_BLOCKERS[app], f"https://{host} answers"),
        Subject(_CERTIFICATES, f"certificate of {host}"),
    )
    hsts = Subject(_BLOCKERS[app], f"HSTS of {host}")
    try:
        answer = get(host, deployment.edge(app), "/health", ca_file=deployment.ca_file)
    except ssl.SSLCertVerificationError as error:
        yield certificate.failed(
            f"not valid: {error.verify_message}",
            "see the edge certificates of the zone; an order may take some minutes",
        )
        return
    except OSError as error:
        yield answers.failed(f"no answer ({error})", "check the host's record and the app's revision")
        return
    if answer.certificate is not None:
        yield certificate.ends(
            end_of(answer.certificate),
            f"chain verified, {answer.protocol}, issued by {issuer_of(answer.certificate)}",
            "Cloudflare renews it by itself; if it does not, see the zone's edge certificates and the CAA records",
        )
    if answer.status >= http.client.INTERNAL_SERVER_ERROR:
        yield answers.failed(
            f"status {answer.status}", "read the app's log; the origin may not be reachable for the edge"
        )
    else:
        yield answers.passed(f"status {answer.status}")
    yield _hsts(hsts, answer.headers.get("strict-transport-security"))


def _hsts(subject: Subject, header: str | None) -> Result:
    if header is None:
        return subject.failed("no Strict-Transport-Security header", "deploy the stack that owns the zone")
    parts = (part.strip().lower() for part in header.split(";"))
    age = next((part.removeprefix("max-age=").strip('"') for part in parts if part.startswith("max-age=")), "")
    if not age.isdecimal() or int(age) < _LEAST_HSTS_S:
        return subject.failed(f"{header!r} is shorter than {_LEAST_HSTS_S} s", "raise `ignition:zone.hsts_max_age_s`")
    return subject.passed(header)


def _redirect(deployment: Deployment, app: str) -> Result:
    host = deployment.host(app)
    subject = Subject(_BLOCKERS[app], f"http://{host} leads to HTTPS")
    try:
        answer = get(host, deployment.plain_edge(app), plain=True)
    except OSError as error:
        return subject.passed(f"port 80 does not answer ({error})")
    to = answer.headers.get("location", "")
    if answer.status in {301, 302, 307, 308} and to.startswith("https://"):
        return subject.passed(f"status {answer.status}")
    return subject.failed(f"status {answer.status}, no redirect", "turn on `always_use_https`: deploy the zone's owner")


def _past_the_edge(deployment: Deployment, app: str) -> Result:
    subject = Subject(_BLOCKERS[app], f"ingress of {app} refuses who comes past the edge")
    host = deployment.host(app)
    try:
        answer = get(host, deployment.origin(app), verified=False)
    except OSError as error:
        return subject.passed(f"no connection ({type(error).__name__})")
    if answer.status == http.client.FORBIDDEN:
        return subject.passed("status 403")
    return subject.failed(
        f"status {answer.status}: anybody can reach the app without the edge",
        "set `ignition:edge.origin_locked` to true",
    )


def _origin_certificate(deployment: Deployment, app: str) -> Result:
    subject = Subject(_CERTIFICATES, f"certificate that {app} presents to the edge")
    host = deployment.host(app)
    try:
        answer = get(host, deployment.origin(app), verified=False)
    except OSError as error:
        return subject.not_asked(
            f"the ingress lets no connection in from here ({error})", "read it in the Azure portal"
        )
    if answer.certificate is None or not covers(answer.certificate, host):
        return subject.failed(
            f"it does not name {host}", "deploy again; the host's certificate is bound by the program"
        )
    return subject.ends(
        end_of(answer.certificate),
        f"names {host}, issued by {issuer_of(answer.certificate)}",
        "deploy again: `pulumi up`",
    )


def _origin_verification(deployment: Deployment) -> Result:
    """The header is compared by the app itself, so only somebody who is past the ingress can see that."""
    subject = Subject("LATER-009", "api refuses requests without the edge's secret")
    guide = "see docs/guides/behind-the-edge.md"
    if deployment.app("api").values.get("EDGE_REQUIRED") != "true":
        if deployment.outputs.get("ds_record"):
            return subject.failed("EDGE_REQUIRED is not true, so the origin is open to Cloudflare's customers", guide)
        return subject.not_asked("another stack owns the zone: the origin is open to Cloudflare's customers", guide)
    if deployment.local is None:
        return subject.not_asked("only a caller inside the network gets past the ingress", "verify it in dev's network")
    address = deployment.local.app_address("api")
    if address is None:
        return subject.failed("no replica runs", "`ignition logs api` says why")
    try:
        bare = get(deployment.host("api"), address, plain=True).status
        forged = get(deployment.host("api"), address, plain=True, headers={"X-Edge-Secret": "forged"}).status
    except OSError as error:
        return subject.failed(f"no answer ({error})", "`ignition logs api` says why")
    if (bare, forged) == (http.client.FORBIDDEN, http.client.FORBIDDEN):
        return subject.passed("status 403 without the header, and with a forged one")
    return subject.failed(
        f"status {bare} without the header, {forged} with a forged one", "see docs/guides/behind-the-edge.md"
    )


def targets(deployment: Deployment) -> Iterator[Result]:
    """Whether each app runs the revision that was deployed, and the registry asks for an identity."""
    for app in APPS:
        subject = Subject("LATER-005", f"{app} runs what was deployed")
        deployed = deployment.outputs["apps"][app]["revision"]
        if deployment.local is None:
            yield subject.not_asked(
                "Azure alone knows which revision serves",
                f"`az containerapp revision list` must show {deployed} as running",
            )
            continue
        known = next((each for each in deployment.local.status["apps"] if each["name"] == app), None)
        if known and known["revision"] == deployed and known["ready"]:
            yield subject.passed(f"{deployed}, {known['ready']} of {known['replicas']} replicas ready")
        else:
            seen = f"{known['revision']}, {known['ready']} replicas ready" if known else "nothing"
            yield subject.failed(f"{seen} instead of {deployed}", f"`ignition logs {app}` says why")
    yield _registry(deployment)


def _registry(deployment: Deployment) -> Result:
    registry = str(deployment.outputs["registry"])
    subject = Subject("LATER-005", f"registry {registry} asks for an identity")
    if deployment.local is not None:
        return subject.not_asked("the local cloud has no registry", "nothing; `local-images.yaml` stands in for it")
    try:
        status = get(registry, (registry, 443), "/v2/").status
    except OSError as error:
        return subject.failed(f"no answer ({error})", "check the registry's network rules")
    if status == http.client.UNAUTHORIZED:
        return subject.passed("status 401 without a token")
    return subject.failed(f"status {status} without a token", "turn off anonymous pulls")


def schema(deployment: Deployment) -> Iterator[Result]:
    """The schema version that the api reports."""
    subject = Subject("LATER-001", "schema version")
    try:
        answer = get(deployment.host("api"), deployment.edge("api"), "/health", ca_file=deployment.ca_file)
        said = json.loads(answer.body)
        known, version = "schema_version" in said, said.get("schema_version")
    except OSError as error:
        yield subject.failed(f"the api does not answer ({error})", "check the host first")
        return
    except (ValueError, TypeError, AttributeError):
        yield subject.not_asked(
            "/health is not JSON: another image than the backend's runs", "deploy the backend's image"
        )
        return
    if not known:
        yield subject.not_asked(
            "/health reports no schema version, as the sample backend", "deploy the backend's image"
        )
        return
    if version is None:
        yield subject.failed(
            "/health reports null as its schema version: the database did not answer", "read the api's log"
        )
        return
    yield subject.passed(str(version))
