"""One warm and one cold language host for all tests of this folder, beside the planning providers."""

import pytest

from local_cloud.catalog import PACKAGES
from local_cloud.language_host import LanguageHost
from local_cloud.plan.salt import new_salt
from local_cloud.server.serve import serve
from tests.support.pulumi_project import Attached


@pytest.fixture(scope="session")
def providers():
    served = serve(PACKAGES)
    yield served.attachment
    served.stop()


@pytest.fixture(scope="session")
def salt():
    return new_salt()


def _host(warm):
    def attach(providers, salt, tmp_path_factory):
        host = LanguageHost(warm=warm)
        yield Attached(providers, host.start(), salt, tmp_path_factory.mktemp("pulumi-home"))
        host.stop()

    return pytest.fixture(scope="session")(attach)


warm = _host(warm=True)
cold = _host(warm=False)
