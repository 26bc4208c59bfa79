"""Apps and jobs from Pulumi's inputs to what the local platform takes."""

from __future__ import annotations

from local_cloud.server.resource_types.resource import Inputs
from local_cloud.server.rules import objects, part, texts
from local_cloud.services.container_apps.backend.spec import (
    AppSpec,
    Container,
    CustomDomain,
    EnvironmentVariable,
    HttpGet,
    Ingress,
    IpRule,
    JobSpec,
    Probe,
    Scale,
    Secret,
    Template,
    TrafficWeight,
)


def app_of(inputs: Inputs) -> AppSpec:
    """An app."""
    configuration, template = part(inputs, "configuration"), part(inputs, "template")
    ingress = configuration.get("ingress")
    return AppSpec(
        name=inputs["containerAppName"],
        environment=_environment(inputs),
        template=Template(
            containers=_containers(template, "containers"),
            init_containers=_containers(template, "initContainers"),
            scale=_scale(part(template, "scale")),
            termination_grace_s=template.get("terminationGracePeriodSeconds") or 30,
            revision_suffix=template.get("revisionSuffix"),
        ),
        ingress=_ingress(ingress) if ingress else None,
        secrets=_secrets(configuration),
        identities=_identities(inputs, configuration),
        revisions_mode=configuration.get("activeRevisionsMode") or "Single",
        max_inactive_revisions=configuration.get("maxInactiveRevisions") or 100,
    )


def job_of(inputs: Inputs) -> JobSpec:
    """A job."""
    configuration, template = part(inputs, "configuration"), part(inputs, "template")
    trigger = part(configuration, "manualTriggerConfig") or part(configuration, "scheduleTriggerConfig")
    return JobSpec(
        name=inputs["jobName"],
        environment=_environment(inputs),
        containers=_containers(template, "containers"),
        init_containers=_containers(template, "initContainers"),
        secrets=_secrets(configuration),
        identities=_identities(inputs, configuration),
        timeout_s=configuration["replicaTimeout"],
        retry_limit=configuration.get("replicaRetryLimit") or 0,
        parallelism=trigger.get("parallelism") or 1,
        completions=trigger.get("replicaCompletionCount") or 1,
    )


def _environment(inputs: Inputs) -> str:
    """The environment's name, the last word of its id."""
    return str(inputs.get("environmentId") or inputs["managedEnvironmentId"]).rsplit("/", 1)[-1]


def _identities(inputs: Inputs, configuration: Inputs) -> tuple[str, ...]:
    """Those of which the containers may get tokens: one with the lifecycle None is the platform's alone."""
    hidden = {
        str(each["identity"]).lower()
        for each in objects(configuration, "identitySettings")
        if each.get("lifecycle") == "None"
    }
    assigned = texts(part(inputs, "identity"), "userAssignedIdentities")
    return tuple(each for each in assigned if each.lower() not in hidden)


def _secrets(configuration: Inputs) -> tuple[Secret, ...]:
    return tuple(
        Secret(
            name=each["name"],
            value=each.get("value"),
            key_vault_url=each.get("keyVaultUrl"),
            identity=each.get("identity"),
        )
        for each in objects(configuration, "secrets")
    )


def _containers(template: Inputs, name: str) -> tuple[Container, ...]:
    return tuple(
        Container(
            name=each["name"],
            image=each["image"],
            command=tuple(each.get("command") or ()),
            args=tuple(each.get("args") or ()),
            env=tuple(
                EnvironmentVariable(name=one["name"], value=one.get("value"), secret_ref=one.get("secretRef"))
                for one in objects(each, "env")
            ),
            probes=tuple(_probe(one) for one in objects(each, "probes")),
        )
        for each in objects(template, name)
    )


def _probe(declared: Inputs) -> Probe:
    """A probe; what is left out has Kubernetes' defaults."""
    http, tcp = declared.get("httpGet"), declared.get("tcpSocket")
    return Probe(
        type=declared["type"],
        http_get=HttpGet(
            path=http.get("path") or "/",
            port=http["port"],
            scheme=http.get("scheme") or "HTTP",
            headers=tuple((each["name"], each["value"]) for each in objects(http, "httpHeaders")),
        )
        if http
        else None,
        tcp_port=tcp["port"] if tcp else None,
        initial_delay_s=declared.get("initialDelaySeconds") or 0,
        period_s=declared.get("periodSeconds") or 10,
        timeout_s=declared.get("timeoutSeconds") or 1,
        failure_threshold=declared.get("failureThreshold") or 3,
        success_threshold=declared.get("successThreshold") or 1,
    )


def _scale(declared: Inputs) -> Scale:
    requests = [
        int(part(part(rule, "http"), "metadata").get("concurrentRequests") or 10)
        for rule in objects(declared, "rules")
        if rule.get("http")
    ]
    return Scale(
        min_replicas=declared.get("minReplicas") or 0,
        max_replicas=declared.get("maxReplicas") or 10,
        concurrent_requests=requests[0] if requests else 10,
        cooldown_s=declared.get("cooldownPeriod") or 300,
    )


def _ingress(declared: Inputs) -> Ingress:
    traffic = tuple(
        TrafficWeight(
            weight=each.get("weight") or 0,
            latest_revision=bool(each.get("latestRevision")),
            revision_name=each.get("revisionName"),
            label=each.get("label"),
        )
        for each in objects(declared, "traffic")
    )
    return Ingress(
        target_port=declared["targetPort"],
        external=bool(declared.get("external")),
        allow_insecure=bool(declared.get("allowInsecure")),
        http2=declared.get("transport") == "http2",
        sticky_sessions=part(declared, "stickySessions").get("affinity") == "sticky",
        traffic=traffic or (TrafficWeight(weight=100, latest_revision=True),),
        custom_domains=tuple(
            CustomDomain(
                name=each["name"],
                binding_type=each.get("bindingType") or "Disabled",
                certificate_id=each.get("certificateId"),
            )
            for each in objects(declared, "customDomains")
        ),
        ip_rules=tuple(
            IpRule(name=each["name"], action=each["action"], ip_address_range=each["ipAddressRange"])
            for each in objects(declared, "ipSecurityRestrictions")
        ),
    )
