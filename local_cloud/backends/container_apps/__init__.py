"""
The Container Apps platform: environments, apps with revisions and replicas, jobs, and their ingress.

Names, numbers and combinations are checked where the program's inputs come in; DNS, Key Vault and identities are handed in.
"""

from local_cloud.backends.container_apps.app import App
from local_cloud.backends.container_apps.errors import ImageUnmapped, RevisionFailed
from local_cloud.backends.container_apps.events import Event
from local_cloud.backends.container_apps.images import Images
from local_cloud.backends.container_apps.ingress import EDGE_SOURCE, Addresses
from local_cloud.backends.container_apps.jobs import Execution, Job
from local_cloud.backends.container_apps.launch import words_of
from local_cloud.backends.container_apps.outside import Outside, Timing
from local_cloud.backends.container_apps.platform import Platform
from local_cloud.backends.container_apps.replica import ReplicaStatus
from local_cloud.backends.container_apps.spec import (
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
from local_cloud.backends.container_apps.status import AppStatus, RevisionStatus

__all__ = [
    "EDGE_SOURCE",
    "Addresses",
    "App",
    "AppSpec",
    "AppStatus",
    "Container",
    "CustomDomain",
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
    "Outside",
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
