"""The program: from an empty subscription and a Cloudflare account to stacks that can be deployed."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import Input

from bootstrap.cloud import make_cloud
from bootstrap.config import BootstrapConfig, read
from bootstrap.deployers import make_deployers
from bootstrap.edge_tokens import make_edge_tokens
from bootstrap.operators import make_operators
from bootstrap.outputs import outputs_of
from bootstrap.permissions import make_permissions
from bootstrap.state import make_state
from infra.config import ConfigError


def declare(config: BootstrapConfig) -> Mapping[str, Input[object]]:
    """Declare everything; returns the outputs."""
    cloud = make_cloud(config)

    state = make_state(cloud)
    deployers = make_deployers(cloud)
    operators = make_operators(cloud)
    permissions = make_permissions(cloud, state, deployers)
    tokens = make_edge_tokens(cloud)

    return outputs_of(cloud, deployers, operators, permissions, tokens)


def main() -> None:
    """Declare everything; a person's mistake ends as a list of problems, without a traceback."""
    try:
        outputs = declare(read())
    except ConfigError as error:
        raise pulumi.RunError(str(error)) from None
    for name, value in outputs.items():
        pulumi.export(name, value)


if __name__ == "__main__":
    main()
