from __future__ import annotations

from pathlib import Path

import pytest

from ignition.platform.pulumi import configured

COPY = Path("/state/pulumi/Pulumi.local.yaml")


@pytest.mark.parametrize("subcommand", ["up", "preview", "refresh", "destroy", "import"])
def test_what_reads_the_configuration_is_given_this_machines_copy(subcommand: str) -> None:
    assert configured([subcommand, "--yes"], COPY) == [subcommand, "--config-file", str(COPY), "--yes"]


def test_a_flag_may_come_before_the_subcommand() -> None:
    assert configured(["--verbose=3", "up"], COPY) == ["--verbose=3", "up", "--config-file", str(COPY)]


@pytest.mark.parametrize(
    "arguments",
    [["stack", "output"], ["up", "--config-file", "mine.yaml"], ["up", "--config-file=mine.yaml"], ["--help"]],
)
def test_everything_else_is_passed_on_as_it_is(arguments: list[str]) -> None:
    assert configured(arguments, COPY) == arguments
