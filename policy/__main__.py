"""What `pulumi preview --policy-pack policy` starts: every rule as a policy of Pulumi, at the level of the stack's stage."""

import sys
from pathlib import Path

# The pack's own directory is on the path, where `data` would be any program's; `policy.data` is nobody else's.
sys.path[0] = str(Path(__file__).absolute().parent.parent)

from pulumi_policy import PolicyPack  # noqa: E402  the path comes first

from policy import exceptions, stages  # noqa: E402  as above
from policy.catalog import RULES  # noqa: E402  as above
from policy.pack import policies  # noqa: E402  as above

PolicyPack(
    "ignition",
    policies=policies(RULES, stages.current(), exceptions.load(Path(__file__).absolute().parent.parent)),
    description="What is unwise on the Ignition platform, though the clouds take it",
)
