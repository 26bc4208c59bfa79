"""Browsers let known sites call the platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.rule import Resource, ResourceRule, Sample
from policy.stages import ADVICE_IN_DEVELOPMENT
from policy.tokens import BUCKET_CORS, CONTAINER_APP
from policy.values import UNKNOWN, texts, value, values


def _breaches(resource: Resource) -> Iterator[str]:
    origins = list(texts(resource.props, "rules[].allowed.origins[]"))
    for variable in values(resource.props, "template.containers[].env[]"):
        if variable is not UNKNOWN and str(value(variable, "name")).endswith("ALLOWED_ORIGINS"):
            origins += [each.strip() for each in str(value(variable, "value") or "").split(",") if each.strip()]
    for origin in origins:
        if origin != repr(UNKNOWN) and ("*" in origin or not origin.startswith("https://")):
            yield f"origin '{origin}' is allowed"


RULE: Final = ResourceRule(
    id="hosts.origins",
    says="Cross-origin requests are allowed to named sites over TLS.",
    why="Any site that a signed-in person opens may call the api or the bucket in their name otherwise.",
    source="https://cheatsheetseries.owasp.org/cheatsheets/HTML5_Security_Cheat_Sheet.html#cross-origin-resource-sharing",
    severity=Severity.HIGH,
    remedy="List the sites, each as `https://HOST`.",
    enforcement=ADVICE_IN_DEVELOPMENT,
    passes=[
        Sample(
            token=CONTAINER_APP,
            props={
                "template": {
                    "containers": [
                        {
                            "env": [
                                {
                                    "name": "CORS_ALLOWED_ORIGINS",
                                    "value": "https://example.org,https://admin.example.org",
                                }
                            ]
                        }
                    ]
                }
            },
        )
    ],
    fails=[Sample(token=BUCKET_CORS, props={"rules": [{"allowed": {"origins": ["*"]}}]})],
    of=(
        CONTAINER_APP,
        BUCKET_CORS,
    ),
    breaches=_breaches,
)
