"""The subjects that the identities trust."""

from bootstrap.config import GitHub
from bootstrap.subjects import subject


def test_a_subject_names_repository_and_environment():
    assert subject(GitHub(repository="octocat/my-repo"), "prod") == "repo:octocat/my-repo:environment:prod"


def test_a_subject_with_immutable_numbers_has_both_behind_their_names():
    github = GitHub(repository="octocat/my-repo", owner_id="123456", repository_id="456789")
    assert subject(github, "prod-review") == "repo:octocat-123456/my-repo-456789:environment:prod-review"
