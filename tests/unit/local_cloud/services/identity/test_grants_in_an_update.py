"""Rules on roles in an update, where an identity's principal id is known and no longer leads to the identity."""

from local_cloud.catalog import PACKAGES
from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.judge import Judge

JUDGE = Judge(PACKAGES)
(RULE,) = [rule for rule in JUDGE.rules if rule.id == "container_apps.app-may-not-read-its-secrets"]
PRINCIPAL = "11111111-1111-1111-1111-111111111111"


def refused(resources):
    return [each.reason for each in RULE.refusals(JUDGE.plan(Sketch(**resources).planned()))]


def with_known_principals(resources):
    return {
        name: (token, {**inputs, "principalId": PRINCIPAL} if token.endswith(":RoleAssignment") else inputs)
        for name, (token, inputs) in resources.items()
    }


def test_a_known_principal_is_no_refusal_because_whose_it_is_cannot_be_told():
    known = with_known_principals(RULE.passes.resources)
    assert any(token.endswith(":RoleAssignment") for token, _ in known.values())
    assert refused(known) == []


def test_without_any_assignment_the_app_is_refused_as_before():
    none = {name: each for name, each in RULE.passes.resources.items() if not each[0].endswith(":RoleAssignment")}
    dropped = set(RULE.passes.resources) - set(none)
    kept = {
        name: (
            token,
            {key: value for key, value in inputs.items() if not (key == "depends_on" and dropped & set(value))},
        )
        for name, (token, inputs) in none.items()
    }
    assert len(refused(kept)) == 1
