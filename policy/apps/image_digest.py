"""Images are named by their content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import EVERYWHERE
from policy.tokens import CONTAINER_APP, JOB
from policy.values import texts

_DIGEST: Final = re.compile(r"@sha256:[0-9a-f]{64}$")


def _breaches(resource: Resource) -> Iterator[str]:
    for path in ("template.containers[].image", "template.initContainers[].image"):
        for image in texts(resource.props, path):
            if not _DIGEST.search(image):
                yield f"image '{image}' has no digest"


RULE: Final = ResourceRule(
    id="apps.image-digest",
    says="Every image is named by digest.",
    why="A tag can be moved: a restart then runs other code than was reviewed, and a rollback cannot name the old one.",
    source="https://learn.microsoft.com/azure/container-registry/container-registry-image-tag-version",
    severity=Severity.HIGH,
    remedy="Write `name@sha256:...`; `docker buildx imagetools inspect` shows the digest.",
    enforcement=EVERYWHERE,
    passes=[
        Sample(token=CONTAINER_APP, props={"template": {"containers": [{"image": f"ghcr.io/o/api@sha256:{'0' * 64}"}]}})
    ],
    fails=[Sample(token=JOB, props={"template": {"initContainers": [{"image": "ghcr.io/o/api:1.4"}]}})],
    of=(
        CONTAINER_APP,
        JOB,
    ),
    breaches=_breaches,
)
