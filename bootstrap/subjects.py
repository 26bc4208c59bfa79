"""What GitHub's tokens call a job: the subjects that the identities trust."""

from __future__ import annotations

from typing import Final

from bootstrap.config import GitHub

ISSUER: Final = "https://token.actions.githubusercontent.com"
AUDIENCE: Final = "api://AzureADTokenExchange"


def subject(github: GitHub, environment: str) -> str:
    """
    The subject of a job that runs in an environment.

    Repositories created, renamed or transferred after 18 June 2026 have immutable numbers in it
    (https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens).
    """
    repository = github.repository
    if github.owner_id is not None and github.repository_id is not None:
        owner, name = repository.split("/")
        repository = f"{owner}-{github.owner_id}/{name}-{github.repository_id}"
    return f"repo:{repository}:environment:{environment}"
