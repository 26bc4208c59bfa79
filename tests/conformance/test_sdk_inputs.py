"""Programs write resources with the SDKs' classes, which fill in values of their own: those must pass as well."""

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.server.generic.check import problems
from tests.support.sdk_programs import sent_by_sdk

TYPES = [resource_type for package in PACKAGES for resource_type in package.types]


@pytest.mark.parametrize("resource_type", TYPES, ids=lambda each: each.token)
def test_an_example_written_with_the_sdk_passes(resource_type):
    sent = sent_by_sdk(resource_type, resource_type.example)
    assert set(resource_type.example) <= set(sent)
    assert [each.reason for each in problems(resource_type, sent)] == []
