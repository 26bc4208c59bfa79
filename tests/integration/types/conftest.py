"""A local cloud with its real parts and no engine, for tests that call a type's verbs themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.daemon.assembly import assembled
from local_cloud.daemon.local_cloud import LocalCloud
from local_cloud.daemon.state.settings import Settings
from local_cloud.parts import Parts
from local_cloud.server.resource_types.resource import Resource
from local_cloud.server.resource_types.resource_type import Call
from tests.integration.types.world import AZURE, TYPES, ZONE

Make = Callable[..., Resource]
Read = Callable[[str, str], Resource | None]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    directory = tmp_path_factory.mktemp("cloud")
    settings = Settings(stack="trial/local", project=str(directory), zone=ZONE)
    with assembled(directory / "state", settings) as made:
        yield made


@pytest.fixture(scope="module")
def call(parts: Parts) -> Callable[[str, str], Call]:
    """What a verb is called with, for a type and a resource's name in the program."""
    cloud = LocalCloud(parts.records, parts, "trial/local", {}, Path("nowhere"))
    return lambda token, name: Call(cloud, f"urn:pulumi:local::trial::{token}::{name}", AZURE)


@pytest.fixture(scope="module")
def make(call: Callable[[str, str], Call]) -> Make:
    """Makes a resource of a type under a name in the program; its inputs are given."""

    def made(token: str, name: str, /, **inputs: Any) -> Resource:
        resource_type = TYPES[token]
        return resource_type.create(call(token, name), resource_type.defaults(inputs) | inputs)

    return made


@pytest.fixture(scope="module")
def read(call: Callable[[str, str], Call]) -> Read:
    """A resource of a type as its part is now, by its id."""
    return lambda token, resource_id: TYPES[token].read(call(token, "any"), resource_id)
