"""Settings that are right, to be changed by a test."""

import json

import yaml

from bootstrap.config import KEY
from tests.support.ignition_command import ROOT

COMMITTED = yaml.safe_load((ROOT / "bootstrap/Pulumi.bootstrap.yaml").read_text())["config"][KEY]


def text(**values):
    return json.dumps({**COMMITTED, **values})
