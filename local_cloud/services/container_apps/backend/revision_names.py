"""Which revision a declaration stands for, and which revisions its traffic may name."""

from __future__ import annotations

import time

from local_cloud.runtime.errors import CloudRefusal
from local_cloud.services.container_apps.backend.spec import AppSpec
from local_cloud.services.container_apps.backend.state import AppRecord, RevisionRecord


def new_revision(name: str, spec: AppSpec) -> RevisionRecord:
    """A revision of an app as it is declared, before anything runs."""
    return RevisionRecord(name=name, template=spec.template, created=time.time(), state="Provisioning")


def revision_name(spec: AppSpec, record: AppRecord) -> str:
    """
    The revision for a template: the latest one when it is made from it already, otherwise a new one.

    Raises:
        CloudRefusal: the suffix that the template names is taken, also by a revision that no longer runs
            (https://github.com/Azure/terraform-azurerm-avm-res-app-containerapp/issues/115).
    """
    latest = record.latest
    if latest is not None and latest.template.digest == spec.template.digest:
        return latest.name
    suffix = spec.template.revision_suffix
    if suffix is None:
        return _unused(f"{spec.name}--{spec.revision or spec.template.digest[:7]}", record)
    if record.revision(f"{spec.name}--{suffix}") is not None:
        raise CloudRefusal(
            "InvalidParameterValueInContainerTemplate",
            f"Field 'template.revisionsuffix' is invalid with details: 'Invalid value: \"{suffix}\": "
            f"revision with suffix {suffix} already exists.' Going back to an earlier template needs a suffix of its own: "
            "raise `rollout` of the app's section in Pulumi.STACK.yaml by one (1 where it is not there).",
        )
    return f"{spec.name}--{suffix}"


def _unused(name: str, record: AppRecord) -> str:
    number, found = 1, name
    while record.revision(found) is not None:
        number += 1
        found = f"{name}-{number}"
    return found


def check_traffic(spec: AppSpec, record: AppRecord) -> None:
    """
    Refuse traffic for revisions that are not there.

    Raises:
        CloudRefusal: names the revision, and those that there are.
    """
    if spec.ingress is None or spec.revisions_mode == "Single":
        return
    names = {each.name for each in record.revisions} | {revision_name(spec, record)}
    for traffic in spec.ingress.traffic:
        if traffic.revision_name is not None and traffic.revision_name not in names:
            raise CloudRefusal(
                "RevisionNotFound",
                f"Revision {traffic.revision_name} of container app {spec.name} does not exist. "
                f"It has {', '.join(sorted(names))}.",
            )


def traffic_shares(spec: AppSpec, latest_ready: str | None) -> dict[str, int]:
    """The share of the traffic by revision, in percent; the latest ready one takes all of it in mode Single."""
    if spec.ingress is None or spec.revisions_mode == "Single":
        return {latest_ready: 100} if latest_ready is not None else {}
    shares: dict[str, int] = {}
    for traffic in spec.ingress.traffic:
        name = latest_ready if traffic.latest_revision else traffic.revision_name
        if name is not None:
            shares[name] = shares.get(name, 0) + traffic.weight
    return shares
