"""The regions that take a production server, and how a stack says that the list is out of date."""

import datetime as dt

import pytest

from local_cloud.server.exceptions import AcceptedValue
from local_cloud.server.generic.check import problems
from local_cloud.server.rules import ListedValueProblem
from local_cloud.services.postgres.types.dbforpostgresql_server import Server

PRODUCTION = {"highAvailability": {"mode": "ZoneRedundant"}, "backup": {"geoRedundantBackup": "Enabled"}}


def refused(location, **changes):
    return problems(Server(), {**Server.example, **PRODUCTION, "location": location, **changes})


@pytest.mark.parametrize("location", ["swedencentral", "Sweden Central", "francecentral"])
def test_a_region_with_zones_and_geo_backup_takes_a_production_server(location):
    assert refused(location) == []


@pytest.mark.parametrize("location", ["westeurope", "northeurope", "germanywestcentral", "nowhere"])
def test_a_region_that_takes_no_standby_is_refused_by_its_name(location):
    (first, *_) = refused(location)
    assert first.path == "location"
    assert f"is '{location}'" in first.reason
    assert "as of 2025-12-22" in first.reason


def test_a_cheaper_server_goes_where_zones_are_blocked():
    assert refused("westeurope", highAvailability={"mode": "SameZone"}) == []


def test_an_accepted_exception_names_the_region():
    (found,) = refused("westeurope")
    assert isinstance(found, ListedValueProblem)
    accepted = AcceptedValue(
        number=1,
        reason="Azure took it",
        expires=dt.date.max,
        type=Server.token,
        property="location",
        value="westeurope",
    )
    assert accepted.accepts(Server.token, found.path, found.value)
