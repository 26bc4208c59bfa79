"""Rules on custom domains in an update, where ids are known that a first preview does not know."""

from local_cloud.catalog import PACKAGES
from local_cloud.server.plan.examples import Sketch
from local_cloud.server.plan.judge import Judge

JUDGE = Judge(PACKAGES)
RULE = "container_apps.certificate-of-another-environment"
ENVIRONMENT = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.App/managedEnvironments/cae"


def refused(certificate_environment):
    place = {"resourceGroupName": "rg", "environmentName": certificate_environment, "certificateName": "origin"}
    bound = f"{ENVIRONMENT.removesuffix('cae')}{certificate_environment}/certificates/origin"
    domain = {"name": "api.ecent.online", "bindingType": "SniEnabled", "certificateId": bound}
    inputs = {
        "resourceGroupName": "rg",
        "containerAppName": "api",
        "environmentId": ENVIRONMENT,
        "configuration": {"ingress": {"customDomains": [domain]}},
    }
    sketch = Sketch(certificate=("azure-native:app:Certificate", place), app=("azure-native:app:ContainerApp", inputs))
    rules = [rule for rule in JUDGE.rules if rule.id == RULE]
    return [each.reason for rule in rules for each in rule.refusals(JUDGE.plan(sketch.planned()))]


def test_a_certificate_of_the_apps_own_environment_is_bound_when_both_ids_are_known():
    assert refused("cae") == []


def test_one_of_another_environment_is_refused():
    assert len(refused("other")) == 1
