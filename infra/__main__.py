"""The program: reads the stack's configuration, declares the platform part by part, and tells the outside about it."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import Input

from infra.composition.apps import make_apps
from infra.composition.data import make_data
from infra.composition.edge import make_access, make_edge_secret, make_zone
from infra.composition.foundation import make_foundation
from infra.composition.operators import make_operators
from infra.composition.settings import make_settings
from infra.composition.stack import stack_of
from infra.composition.watch import make_alerts, make_diagnostics
from infra.config import ConfigError, StackConfig
from infra.config.reading import read
from infra.outputs import Declared, outputs_of
from infra.settings import BindingError


def declare(config: StackConfig) -> Mapping[str, Input[object]]:
    """Declare the platform of a stack; returns the stack's outputs."""
    stack = stack_of(config)

    foundation = make_foundation(stack)
    data = make_data(stack, foundation)
    edge_secret = make_edge_secret(stack)
    access = make_access(stack)
    settings = make_settings(stack, foundation, data, edge_secret, access)
    apps = make_apps(stack, foundation, data, settings, access)
    zone = make_zone(stack, apps, edge_secret)
    make_diagnostics(stack, foundation, data, apps)
    make_alerts(stack, foundation, data, apps)
    make_operators(stack, foundation, data, settings, apps)

    return outputs_of(stack, Declared(foundation=foundation, data=data, settings=settings, apps=apps, zone=zone))


def main() -> None:
    """Declare the platform of the running stack; a person's mistake ends as a list of problems, without a traceback."""
    try:
        outputs = declare(read())
    except (ConfigError, BindingError) as error:
        raise pulumi.RunError(str(error)) from None
    for name, value in outputs.items():
        pulumi.export(name, value)


if __name__ == "__main__":
    main()
