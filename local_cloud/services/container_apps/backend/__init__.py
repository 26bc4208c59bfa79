"""
The Container Apps platform: environments, apps with revisions and replicas, jobs, and their ingress.

Names, numbers and combinations are checked where the program's inputs come in; DNS, Key Vault and identities are handed in.
"""

from local_cloud.services.container_apps.backend.app import App
from local_cloud.services.container_apps.backend.dependencies import Dependencies, Timing
from local_cloud.services.container_apps.backend.errors import ImageUnmapped, RevisionFailed
from local_cloud.services.container_apps.backend.jobs import Execution, Job
from local_cloud.services.container_apps.backend.platform import Platform
from local_cloud.services.container_apps.backend.processes.events import Event
from local_cloud.services.container_apps.backend.processes.images import Images
from local_cloud.services.container_apps.backend.processes.launch import words_of
from local_cloud.services.container_apps.backend.processes.replica import ReplicaStatus
from local_cloud.services.container_apps.backend.routing.ingress import EDGE_SOURCE, Addresses
from local_cloud.services.container_apps.backend.spec import (
    AppSpec,
    Container,
    CustomDomain,
    EnvironmentSpec,
    EnvironmentVariable,
    HttpGet,
    Ingress,
    IpRule,
    JobSpec,
    Override,
    Probe,
    Scale,
    Secret,
    Template,
    TrafficWeight,
)
from local_cloud.services.container_apps.backend.status import AppStatus, RevisionStatus

__all__ = [
    "EDGE_SOURCE",
    "Addresses",
    "App",
    "AppSpec",
    "AppStatus",
    "Container",
    "CustomDomain",
    "Dependencies",
    "EnvironmentSpec",
    "EnvironmentVariable",
    "Event",
    "Execution",
    "HttpGet",
    "ImageUnmapped",
    "Images",
    "Ingress",
    "IpRule",
    "Job",
    "JobSpec",
    "Override",
    "Platform",
    "Probe",
    "ReplicaStatus",
    "RevisionFailed",
    "RevisionStatus",
    "Scale",
    "Secret",
    "Template",
    "Timing",
    "TrafficWeight",
    "words_of",
]
